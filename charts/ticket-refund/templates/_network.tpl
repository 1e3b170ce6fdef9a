{{- define "policy.component" -}}
podSelector:
  matchLabels:
    {{- include "stack.selectorLabels" . | nindent 4 }}
{{- end }}
{{- define "policy.workers" -}}
podSelector:
  matchExpressions:
    - key: farerules.dev/pool
      operator: Exists
{{- end }}
{{- define "policy.operator" -}}
namespaceSelector:
  matchLabels:
    kubernetes.io/metadata.name: {{ .Values.operator.namespace }}
podSelector:
  matchLabels:
    app.kubernetes.io/name: {{ .Values.operator.name }}
{{- end }}
{{- define "policy.dns" -}}
- ports:
    {{- range .Values.networkPolicy.dns.ports }}
    - protocol: UDP
      port: {{ . }}
    - protocol: TCP
      port: {{ . }}
    {{- end }}
  {{- with .Values.networkPolicy.dns.to }}
  to:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}
{{/* Ports that the pools' models, or the proxies before them, are asked on, as a list. */}}
{{- define "policy.llmPorts" -}}
{{- $ports := list }}
{{- range $name, $spec := .Values.pools }}
{{- $llm := (include "stack.poolSpec" (dict "context" $ "spec" $spec) | fromYaml).llm }}
{{- $url := urlParse ($llm.proxyURL | default $llm.baseURL | default "https://api.openai.com/v1") }}
{{- $port := regexFind "[0-9]+$" (regexFind ":[0-9]+$" $url.host) | default (ternary "80" "443" (eq $url.scheme "http")) }}
{{- $ports = append $ports (int $port) }}
{{- end }}
{{- with .Values.networkPolicy.llm.port }}{{ $ports = list (int .) }}{{ end }}
{{- $ports | default (list 443) | uniq | toYaml }}
{{- end }}
{{/*
Hosts that pools are told to ask and that look like ones inside (a Service, a private address), as a list; empty where
the user has named something for them. The policies cannot know their pods.
*/}}
{{- define "policy.closedHosts" -}}
{{- $hosts := list }}
{{- if not (or .Values.networkPolicy.workerEgress .Values.llm.standIn.enabled) }}
{{- range $name, $spec := .Values.pools }}
{{- $pool := include "stack.poolSpec" (dict "context" $ "spec" $spec) | fromYaml }}
{{- range list ($pool.llm.proxyURL | default $pool.llm.baseURL) (dig "oauth2" "tokenURL" "" $pool.engine) }}
{{- $host := (urlParse (. | default "")).host | default "" }}
{{- if regexMatch "^([^.]+|.+\\.(svc|local|internal)|10\\..+|192\\.168\\..+|172\\.(1[6-9]|2[0-9]|3[01])\\..+)(:[0-9]+)?$" $host }}{{ $hosts = append $hosts $host }}{{ end }}
{{- end }}
{{- end }}
{{- end }}
{{- $hosts | uniq | toYaml }}
{{- end }}
