{{/* One release a namespace: the names are the architecture document's and do not change with the release. */}}
{{- define "stack.selectorLabels" -}}
app.kubernetes.io/name: ticket-refund
app.kubernetes.io/instance: {{ .context.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{/* The user's labels lose against the chart's own, which selectors go by. Argument: context, component, labels. */}}
{{- define "stack.labels" -}}
{{- $own := include "stack.ownLabels" . | fromYaml -}}
{{- $release := dict
  "app.kubernetes.io/version" .context.Chart.AppVersion
  "app.kubernetes.io/managed-by" .context.Release.Service
  "helm.sh/chart" (printf "%s-%s" .context.Chart.Name .context.Chart.Version | replace "+" "_") -}}
{{- merge $own $release (.labels | default dict) (.context.Values.commonLabels | default dict) | toYaml }}
{{- end }}

{{- define "stack.ownLabels" -}}
{{ include "stack.selectorLabels" . }}
app.kubernetes.io/part-of: fareruleworkerpool
{{- end }}

{{/* Argument: context, component, name. */}}
{{- define "stack.metadata" -}}
name: {{ .name }}
namespace: {{ .context.Release.Namespace }}
labels:
  {{- include "stack.labels" . | nindent 2 }}
{{- end }}

{{/* Labels of a pod; without the chart's version, which would start pods anew that have not changed. */}}
{{- define "stack.podLabels" -}}
{{- $own := include "stack.ownLabels" . | fromYaml -}}
{{- merge $own (.podLabels | default dict) (.context.Values.commonLabels | default dict) | toYaml }}
{{- end }}

{{/* Argument: context, image. */}}
{{- define "stack.image" -}}
{{- $registry := .image.registry | default .context.Values.global.imageRegistry | default "docker.io" -}}
{{- if .image.digest -}}
{{ $registry }}/{{ .image.repository }}@{{ .image.digest }}
{{- else -}}
{{ $registry }}/{{ .image.repository }}:{{ .image.tag | default .context.Chart.AppVersion }}
{{- end -}}
{{- end }}

{{- define "stack.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{ .Values.serviceAccount.name | default .Release.Name }}
{{- else -}}
{{ .Values.serviceAccount.name | default "default" }}
{{- end -}}
{{- end }}

{{- define "stack.pullSecrets" -}}
{{- concat (.Values.global.imagePullSecrets | default list) .Values.imagePullSecrets | uniq | toYaml }}
{{- end }}

{{/*
What every pod of the stack has: no root, where it may run, and no token but where an account of its own is named.
Argument: context, uid, placement, account.
*/}}
{{- define "stack.podSpec" -}}
serviceAccountName: {{ .account | default (include "stack.serviceAccountName" .context) }}
automountServiceAccountToken: {{ not (empty .account) }}
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: {{ .uid }}
  runAsGroup: {{ .uid }}
  fsGroup: {{ .uid }}
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile:
    type: RuntimeDefault
{{- with include "stack.pullSecrets" .context | fromYamlArray }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .placement.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .placement.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .placement.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .placement.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "stack.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}

{{/* Base URL of the engine: each address behind it is one node, and operators of other namespaces reach it. */}}
{{- define "stack.engineURL" -}}
{{ include "engine.scheme" . }}://camunda-platform-nodes.{{ .Release.Namespace }}.svc:8080/engine-rest
{{- end }}

{{- define "stack.adminSecret" -}}
{{ .Values.engine.admin.existingSecret | default "camunda-admin" }}
{{- end }}

{{/* Secret with the pools' user. */}}
{{- define "stack.workerSecret" -}}
{{- if .Values.engine.basicAuth.workerSecret -}}
{{ .Values.engine.basicAuth.workerSecret }}
{{- else if .Values.engine.ldap.enabled -}}
{{ include "stack.adminSecret" . }}
{{- else -}}
camunda-worker
{{- end -}}
{{- end }}

{{/* Secret with the database's user and password. */}}
{{- define "stack.databaseSecret" -}}
{{- if eq .Values.postgresql.mode "external" -}}
{{ required "postgresql.external.existingSecret: name the Secret with the database's username and password" .Values.postgresql.external.existingSecret }}
{{- else if eq .Values.postgresql.mode "cnpg" -}}
postgres-app
{{- else -}}
postgres
{{- end -}}
{{- end }}

{{- define "stack.databaseHost" -}}
{{- if eq .Values.postgresql.mode "external" -}}
{{ required "postgresql.external.host: name the database's host" .Values.postgresql.external.host }}
{{- else if eq .Values.postgresql.mode "cnpg" -}}
postgres-rw
{{- else -}}
postgres
{{- end -}}
{{- end }}

{{- define "stack.databasePort" -}}
{{- if eq .Values.postgresql.mode "external" }}{{ .Values.postgresql.external.port }}{{ else }}5432{{ end -}}
{{- end }}

{{- define "stack.databaseName" -}}
{{- if eq .Values.postgresql.mode "external" }}{{ .Values.postgresql.external.database }}{{ else }}camunda{{ end -}}
{{- end }}

{{- define "stack.databaseURL" -}}
{{- $port := include "stack.databasePort" . -}}
{{- $hosts := list -}}
{{- range splitList "," (include "stack.databaseHost" .) }}{{ $hosts = append $hosts (printf "%s:%s" (trim .) $port) }}{{ end -}}
{{- $parameters := list -}}
{{- if eq .Values.postgresql.mode "cnpg" }}{{ with .Values.postgresql.cnpg.jdbcParameters }}{{ $parameters = append $parameters . }}{{ end }}{{ end -}}
{{- if gt (len $hosts) 1 }}{{ $parameters = append $parameters "targetServerType=primary" }}{{ end -}}
{{- if eq .Values.postgresql.mode "external" }}{{ with .Values.postgresql.external.parameters }}{{ $parameters = append $parameters . }}{{ end }}{{ end -}}
{{- if include "stack.databaseCA" . }}
{{- $mode := trimPrefix "sslmode=" (regexFind "sslmode=[a-z-]+" (join "&" $parameters)) -}}
{{- if and $mode (not (hasPrefix "verify-" $mode)) }}
{{- fail (printf "postgresql.external.caSecret is set, but parameters say sslmode=%s, which checks no certificate: take sslmode away" $mode) }}
{{- end -}}
{{- if not $mode }}{{ $parameters = append $parameters "sslmode=verify-full" }}{{ end -}}
{{- $parameters = append $parameters "sslrootcert=/database-ca/ca.crt" -}}
{{- end -}}
jdbc:postgresql://{{ join "," $hosts }}/{{ include "stack.databaseName" . }}{{ if $parameters }}?{{ join "&" $parameters }}{{ end }}
{{- end }}

{{/* Secret with the authority of the database's certificate; empty where none is named. */}}
{{- define "stack.databaseCA" -}}
{{- if eq .Values.postgresql.mode "external" }}{{ .Values.postgresql.external.caSecret }}{{ end -}}
{{- end }}
{{- define "stack.databaseCAMount" -}}
- name: database-ca
  mountPath: /database-ca
  readOnly: true
{{- end }}
{{- define "stack.databaseCAVolume" -}}
- name: database-ca
  secret:
    secretName: {{ include "stack.databaseCA" . }}
    items:
      - key: ca.crt
        path: ca.crt
{{- end }}

{{- define "stack.redisURL" -}}
{{- if eq .Values.redis.mode "external" -}}
{{ required "redis.external.url: name the Redis" .Values.redis.external.url }}
{{- else -}}
redis://redis.{{ .Release.Namespace }}.svc:6379/0
{{- end -}}
{{- end }}
