{{- define "incidentfox.labels" -}}
app.kubernetes.io/name: incidentfox
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .queue }}
{{- end }}

{{/* The worker deployment whose versions they are: as the worker itself would name it. */}}
{{- define "incidentfox.versions" -}}
{{ .Values.versioning.deployment | default (printf "incidentfox-%s" .Values.global.environment.name) }}
{{- end }}

{{/* How Temporal, the codec and the collector are reached: variables of a container. */}}
{{- define "incidentfox.connection" -}}
{{- $temporal := .Values.temporal -}}
- {name: TEMPORAL_ADDRESS, value: {{ $temporal.address | quote }}}
- {name: TEMPORAL_NAMESPACE, value: {{ $temporal.namespace | quote }}}
{{- with $temporal.apiKey }}
{{- if .secret }}
- name: TEMPORAL_API_KEY
  valueFrom:
    secretKeyRef: {name: {{ .secret }}, key: {{ .key | quote }}}
{{- end }}
{{- end }}
{{- with $temporal.tls }}
{{- if .secret }}
- {name: TEMPORAL_TLS, value: 'true'}
{{- if .cert }}
- {name: TEMPORAL_TLS_CLIENT_CERT_PATH, value: {{ printf "/etc/temporal-tls/%s" .cert | quote }}}
- {name: TEMPORAL_TLS_CLIENT_KEY_PATH, value: {{ printf "/etc/temporal-tls/%s" .key | quote }}}
{{- end }}
{{- if .ca }}
- {name: TEMPORAL_TLS_SERVER_CA_CERT_PATH, value: {{ printf "/etc/temporal-tls/%s" .ca | quote }}}
{{- end }}
{{- if .serverName }}
- {name: TEMPORAL_TLS_SERVER_NAME, value: {{ .serverName | quote }}}
{{- end }}
{{- end }}
{{- end }}
{{- with .Values.codecKeys }}
{{- if .secret }}
- {name: INCIDENTFOX_CODEC_KEYS, value: {{ printf "/etc/codec/%s" .key | quote }}}
{{- end }}
{{- end }}
{{- with .Values.tracing.endpoint }}
- {name: OTEL_EXPORTER_OTLP_ENDPOINT, value: {{ . | quote }}}
{{- end }}
{{- end }}

{{- define "incidentfox.mounts" -}}
- {name: environment, mountPath: /etc/incidentfox, readOnly: true}
- {name: lab, mountPath: /var/lib/incidentfox}
- {name: tmp, mountPath: /tmp}
{{- if .Values.temporal.tls.secret }}
- {name: temporal-tls, mountPath: /etc/temporal-tls, readOnly: true}
{{- end }}
{{- if .Values.codecKeys.secret }}
- {name: codec, mountPath: /etc/codec, readOnly: true}
{{- end }}
{{- end }}

{{- define "incidentfox.volumes" -}}
- name: environment
  configMap: {name: {{ .Release.Name }}-environment}
- name: lab
  emptyDir: {}
- name: tmp
  emptyDir: {}
{{- with .Values.temporal.tls.secret }}
- name: temporal-tls
  secret: {secretName: {{ . }}, defaultMode: 0440}
{{- end }}
{{- with .Values.codecKeys }}
{{- if .secret }}
- name: codec
  secret:
    secretName: {{ .secret }}
    # Kubernetes makes it readable for the pod's group, too, as it belongs to root
    defaultMode: 0440
    items: [{key: {{ .key | quote }}, path: {{ .key | quote }}}]
{{- end }}
{{- end }}
{{- end }}

{{/* A worker's Deployment. Of a dict of `root`, `queue` (lifecycle or rollback) and further variables `env` (YAML). */}}
{{- define "incidentfox.worker" -}}
{{- $values := index .root.Values .queue }}
{{- $name := printf "%s-%s" .root.Release.Name .queue }}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ $name }}
  labels: {{- include "incidentfox.labels" . | nindent 4 }}
spec:
  replicas: {{ $values.replicas }}
  # another one is ready before one goes
  strategy:
    type: RollingUpdate
    rollingUpdate: {maxUnavailable: 0, maxSurge: 1}
  selector:
    matchLabels: {{- include "incidentfox.labels" . | nindent 6 }}
  template:
    metadata:
      labels: {{- include "incidentfox.labels" . | nindent 8 }}
      annotations:
        # it reads its environment at the start
        checksum/environment: {{ include "incidentfox.environment" .root | sha256sum }}
        prometheus.io/scrape: 'true'
        prometheus.io/port: '9464'
    spec:
      serviceAccountName: {{ $name }}
      # after the grace everything is cancelled; helm is given 20 s then, and a withdrawal under way ends
      terminationGracePeriodSeconds: {{ add $values.shutdownGraceSeconds 60 }}
      {{- with .root.Values.global.imagePullSecrets }}
      imagePullSecrets: {{- toYaml . | nindent 8 }}
      {{- end }}
      securityContext: {{- include "incidentfox.podSecurity" .root | nindent 8 }}
      topologySpreadConstraints:
        {{- range list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
        - maxSkew: 1
          topologyKey: {{ . }}
          whenUnsatisfiable: ScheduleAnyway
          labelSelector:
            matchLabels: {{- include "incidentfox.labels" $ | nindent 14 }}
        {{- end }}
      containers:
        - name: worker
          {{- include "incidentfox.image" .root | nindent 10 }}
          workingDir: /app
          command: [node, dist/worker/main.js]
          env:
            - {name: INCIDENTFOX_ENVIRONMENT, value: /etc/incidentfox/environment.yaml}
            - {name: INCIDENTFOX_LAB, value: /var/lib/incidentfox}
            - {name: INCIDENTFOX_QUEUES, value: {{ .queue }}}
            - {name: INCIDENTFOX_SHUTDOWN_GRACE, value: {{ printf "%ds" (int $values.shutdownGraceSeconds) }}}
            - {name: INCIDENTFOX_METRICS, value: '0.0.0.0:9464'}
            # helm keeps a cache there
            - {name: HOME, value: /var/lib/incidentfox}
            {{- include "incidentfox.connection" .root | nindent 12 }}
            {{- with .env }}
            {{- . | nindent 12 }}
            {{- end }}
          ports:
            - {name: metrics, containerPort: 9464}
          # a server that does not answer leaves it time: without one it still withdraws faults
          startupProbe:
            httpGet: {path: /healthz, port: metrics}
            periodSeconds: 2
            failureThreshold: 60
            timeoutSeconds: 5
          livenessProbe:
            httpGet: {path: /healthz, port: metrics}
            periodSeconds: 20
            failureThreshold: 3
            timeoutSeconds: 10
          readinessProbe:
            httpGet: {path: /readyz, port: metrics}
            periodSeconds: 5
            timeoutSeconds: 5
          resources: {{- toYaml $values.resources | nindent 12 }}
          securityContext: {{- include "incidentfox.containerSecurity" .root | nindent 12 }}
          volumeMounts: {{- include "incidentfox.mounts" .root | nindent 12 }}
      volumes: {{- include "incidentfox.volumes" .root | nindent 8 }}
{{- end }}
