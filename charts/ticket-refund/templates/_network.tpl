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
    app.kubernetes.io/name: fareruleworkerpool-operator
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
