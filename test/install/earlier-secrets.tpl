# The Secrets of the sample stack as its chart had them before a hook made them: objects of the release, without `keep`.
# Laid into a copy of the chart by passwords.test.ts.
{{- range list "camunda-admin" "camunda-worker" "postgres" "redis" }}
---
apiVersion: v1
kind: Secret
metadata:
  {{- include "stack.metadata" (dict "context" $ "component" "engine" "name" .) | nindent 2 }}
type: Opaque
data:
  username: {{ "earlier" | b64enc }}
  password: {{ "earlier" | b64enc }}
{{- end }}
