{{/* In the lab's namespace: what the demo's chart makes, and what activities/kubernetes/preflight/rights.ts asks for. */}}
{{- define "incidentfox.deployRules" -}}
{{- $change := list "create" "patch" "delete" -}}
# helm's records are Secrets
- apiGroups: [""]
  resources: [configmaps, secrets]
  verbs: [get, list, watch, create, update, patch, delete]
- {apiGroups: [""], resources: [services, serviceaccounts, persistentvolumeclaims], verbs: {{ toJson $change }}}
- {apiGroups: [apps], resources: [deployments, statefulsets, daemonsets], verbs: {{ toJson $change }}}
- {apiGroups: [batch], resources: [jobs, cronjobs], verbs: {{ toJson $change }}}
- {apiGroups: [autoscaling], resources: [horizontalpodautoscalers], verbs: {{ toJson $change }}}
- {apiGroups: [networking.k8s.io], resources: [ingresses, networkpolicies], verbs: {{ toJson $change }}}
- {apiGroups: [policy], resources: [poddisruptionbudgets], verbs: {{ toJson $change }}}
# the API server refuses a role with more rights than these
- {apiGroups: [rbac.authorization.k8s.io], resources: [roles, rolebindings], verbs: {{ toJson $change }}}
# preflight asks without a name
- {apiGroups: [coordination.k8s.io], resources: [leases], verbs: [update, delete]}
# also where the lab has no secrets: a teardown sees to what an operator of others would hold back
- {apiGroups: [external-secrets.io], resources: [externalsecrets, secretstores], verbs: {{ toJson $change }}}
{{- end }}
