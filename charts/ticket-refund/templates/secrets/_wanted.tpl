{{/* The Secrets that the stack needs and that no value says somebody else has made, as a list: name, component, username. */}}
{{- define "stack.wantedSecrets" -}}
{{- $wanted := list }}
{{- $engine := .Values.engine }}
{{- if not $engine.admin.existingSecret }}
{{- $wanted = append $wanted (dict "name" "camunda-admin" "component" "engine" "username" $engine.admin.username) }}
{{- end }}
{{- if and $engine.basicAuth.enabled (not $engine.basicAuth.workerSecret) (not $engine.ldap.enabled) }}
{{- $wanted = append $wanted (dict "name" "camunda-worker" "component" "engine" "username" $engine.basicAuth.workerUsername) }}
{{- end }}
{{- if eq .Values.postgresql.mode "builtin" }}
{{- $wanted = append $wanted (dict "name" "postgres" "component" "postgresql" "username" "camunda") }}
{{- end }}
{{- if eq .Values.redis.mode "builtin" }}
{{- $wanted = append $wanted (dict "name" "redis" "component" "redis") }}
{{- end }}
{{- toYaml $wanted }}
{{- end }}

{{/*
One of them without its password, as the hook makes it. Argument: context, wanted. It has no label that makes it the
release's (managed-by, instance): what prunes objects by those (Argo CD by instance) must not find it.
*/}}
{{- define "stack.newSecret" -}}
{{- $names := dict "context" .context "component" .wanted.component }}
{{- $labels := omit (include "stack.podLabels" $names | fromYaml) "app.kubernetes.io/instance" }}
{{- $_ := set $labels "farerules.dev/release" .context.Release.Name }}
apiVersion: v1
kind: Secret
metadata:
  name: {{ .wanted.name }}
  labels:
    {{- toYaml $labels | nindent 4 }}
{{- if .wanted.username }}
type: kubernetes.io/basic-auth
stringData:
  username: {{ .wanted.username | quote }}
{{- else }}
type: Opaque
{{- end }}
{{- end }}
