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
- to:
    - namespaceSelector:
        {{- toYaml .Values.networkPolicy.dns.namespaceSelector | nindent 8 }}
      {{- with .Values.networkPolicy.dns.podSelector }}
      podSelector:
        {{- toYaml . | nindent 8 }}
      {{- end }}
  ports:
    - protocol: UDP
      port: 53
    - protocol: TCP
      port: 53
{{- end }}
