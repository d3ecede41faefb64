{{/* What the workers of the whole chart share with it. `.Release.Name` alone where it is installed by itself. */}}
{{- define "incidentfox-reconciler.name" -}}
{{ .Release.Name }}{{ if not .Chart.IsRoot }}-reconciler{{ end }}
{{- end }}

{{- define "incidentfox-reconciler.labels" -}}
app.kubernetes.io/name: incidentfox-reconciler
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Nothing where there is an environment and it is of this namespace; whoever reads it asks that first. */}}
{{- define "incidentfox.requireEnvironment" -}}
{{- $environment := .Values.global.environment }}
{{- if not $environment }}
{{- fail "Set global.environment to what your environment file says: one like environments/kubernetes.yaml" }}
{{- end }}
{{- $namespace := $environment.cluster.namespace }}
{{- if ne $namespace .Release.Namespace }}
{{- fail (printf "The lab is in namespace %s, the release in %s: install it with --namespace %s" $namespace .Release.Namespace $namespace) }}
{{- end }}
{{- end }}

{{/* The environment's file, as a pod of the lab's namespace needs it: no contexts, and no cloud that it could reach the cluster through. */}}
{{- define "incidentfox.environment" -}}
{{- include "incidentfox.requireEnvironment" . }}
{{- $cluster := dict "context" nil "namespace" .Release.Namespace }}
{{- toYaml (set (omit (deepCopy .Values.global.environment) "aws") "cluster" $cluster) }}
{{- end }}

{{- define "incidentfox.image" -}}
image: {{ required "Set global.image to an image of this project, such as registry.example/incidentfox:0.1.0" .Values.global.image | quote }}
imagePullPolicy: {{ .Values.global.imagePullPolicy }}
{{- end }}

{{- define "incidentfox.podSecurity" -}}
runAsNonRoot: true
runAsUser: 1000
runAsGroup: 1000
fsGroup: 1000
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "incidentfox.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}

{{/* Putting faults into the flags and taking them out, and looking after both copies: all that an incident asks of the API server. */}}
{{- define "incidentfox.flagRules" -}}
{{- include "incidentfox.requireEnvironment" . }}
{{- $flags := .Values.global.environment.flags.location | splitList "/" | first }}
{{- $flagd := (urlParse .Values.global.environment.services.ofrep).hostname }}
# flags and ledger
- {apiGroups: [""], resources: [configmaps], resourceNames: [{{ $flags | quote }}], verbs: [get, update]}
# which pods are flagd's; those are replaced where it has no flagd-ui
- {apiGroups: [""], resources: [services], resourceNames: [{{ $flagd | quote }}], verbs: [get]}
- {apiGroups: [""], resources: [pods], verbs: [list, delete]}
# whose turn it is to change the live copy; a name cannot be asked for in a create
- {apiGroups: [coordination.k8s.io], resources: [leases], verbs: [create]}
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  resourceNames: [incidentfox-live-flags]
  verbs: [get, update]
{{- end }}

{{/* A service account with those rights. Of a dict of `name`, `labels` (YAML), `annotations`, `root` and further `rules` (YAML). */}}
{{- define "incidentfox.account" -}}
{{- $name := .name }}
{{- $namespace := .root.Release.Namespace }}
{{- $identity := printf "%s-%s" $namespace $name }}
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ $name }}
  labels: {{- .labels | nindent 4 }}
  {{- with .annotations }}
  annotations: {{- toYaml . | nindent 4 }}
  {{- end }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: {{ $name }}
  labels: {{- .labels | nindent 4 }}
rules:
  {{- include "incidentfox.flagRules" .root | nindent 2 }}
  {{- with .rules }}
  {{- . | nindent 2 }}
  {{- end }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: {{ $name }}
  labels: {{- .labels | nindent 4 }}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: {{ $name }}}
subjects:
  - {kind: ServiceAccount, name: {{ $name }}, namespace: {{ $namespace }}}
---
# the lab is known by the UID of kube-system; a Role in it is enough to read that one namespace
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: {{ $identity }}
  namespace: kube-system
  labels: {{- .labels | nindent 4 }}
rules:
  - {apiGroups: [""], resources: [namespaces], resourceNames: [kube-system], verbs: [get]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: {{ $identity }}
  namespace: kube-system
  labels: {{- .labels | nindent 4 }}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: {{ $identity }}}
subjects:
  - {kind: ServiceAccount, name: {{ $name }}, namespace: {{ $namespace }}}
{{- end }}
