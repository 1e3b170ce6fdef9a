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
    {{- range .Values.networkPolicy.dns.ports | default (list 53 5353) }}
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
{{- define "policy.apiServer" -}}
- ports:
    {{- range .Values.networkPolicy.apiServer.ports }}
    - protocol: TCP
      port: {{ . }}
    {{- else }}
    - protocol: TCP
    {{- end }}
  {{- with .Values.networkPolicy.apiServer.cidrs }}
  to:
    {{- range . }}
    - ipBlock:
        cidr: {{ . }}
    {{- end }}
  {{- end }}
{{- end }}
{{/* Port of a URL. */}}
{{- define "policy.portOf" -}}
{{- $url := urlParse . }}
{{- regexFind ":[0-9]+$" $url.host | trimPrefix ":" | default (ternary "80" "443" (eq $url.scheme "http")) }}
{{- end }}
{{/* Ports that the pools' models, or the proxies before them, are asked on, as a list. */}}
{{- define "policy.llmPorts" -}}
{{- $ports := list }}
{{- range $name, $spec := .Values.pools }}
{{- $llm := (include "stack.poolSpec" (dict "context" $ "spec" $spec) | fromYaml).llm }}
{{- $ports = append $ports (include "policy.portOf" ($llm.proxyURL | default $llm.baseURL | default "https://api.openai.com/v1") | int) }}
{{- end }}
{{- with .Values.networkPolicy.llm.port }}{{ $ports = list (int .) }}{{ end }}
{{- $ports | default (list 443) | uniq | toYaml }}
{{- end }}
{{/*
Hosts that the pools are told to ask (model or proxy, token endpoint, traces) and that no rule seems to let the workers
reach: they look like ones inside (a Service, a private address), whose pods the policies cannot know, or have a port
that is not the model's. As a list; empty where the user has named something for them.
*/}}
{{- define "policy.closedHosts" -}}
{{- $hosts := list }}
{{- $ports := include "policy.llmPorts" . | fromYamlArray }}
{{- $inside := "^([^.]+|.+\\.(svc|local|internal)|10\\..+|192\\.168\\..+|172\\.(1[6-9]|2[0-9]|3[01])\\..+|100\\.(6[4-9]|[7-9][0-9]|1[01][0-9]|12[0-7])\\..+|\\[f[cd].+)$" }}
{{- if not .Values.networkPolicy.workerEgress }}
{{- range $name, $spec := .Values.pools }}
{{- $pool := include "stack.poolSpec" (dict "context" $ "spec" $spec) | fromYaml }}
{{- $model := ternary "" ($pool.llm.proxyURL | default $pool.llm.baseURL) $.Values.llm.standIn.enabled }}
{{- range list $model (dig "oauth2" "tokenURL" "" $pool.engine) (dig "tracing" "endpoint" "" ($pool.worker | default dict)) }}
{{- if . }}
{{- $url := urlParse . }}
{{- $host := regexReplaceAll ":[0-9]+$" $url.host "" }}
{{- $port := include "policy.portOf" . | int }}
{{- $named := and (eq . $model) (not (has "0.0.0.0/0" (include "policy.llmCIDRs" $ | fromYamlArray))) }}
{{- if and (not $named) (or (regexMatch $inside $host) (not (has (float64 $port) $ports))) }}{{ $hosts = append $hosts $url.host }}{{ end }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- $hosts | uniq | toYaml }}
{{- end }}
{{- define "policy.llmCIDRs" -}}
{{- $cidrs := list }}
{{- range .Values.networkPolicy.llm.to }}{{ $cidrs = append $cidrs (dig "ipBlock" "cidr" "" .) }}{{ end }}
{{- toYaml $cidrs }}
{{- end }}
