{{/*
A pod that runs one of files/*.mjs with node. Argument: context, script, configMap (with the script), env (a list),
asksEngine where its env is stack.engineEnv, and account where it has a ServiceAccount of its own, whose token it is given.
*/}}
{{- define "stack.scriptPod" -}}
{{- $context := .context -}}
{{- $tools := $context.Values.process.tools -}}
{{- $trustsEngine := and .asksEngine $context.Values.engine.tls.enabled -}}
restartPolicy: Never
{{ include "stack.podSpec" (dict "context" $context "uid" 65532 "placement" $tools "account" .account) }}
containers:
  - name: {{ .script }}
    image: {{ include "stack.image" (dict "context" $context "image" $tools.image) }}
    imagePullPolicy: {{ $tools.image.pullPolicy }}
    command: [node, /scripts/{{ .script }}.mjs]
    env:
      {{- toYaml .env | nindent 6 }}
    securityContext:
      {{- include "stack.containerSecurity" $context | nindent 6 }}
    resources:
      {{- toYaml $tools.resources | nindent 6 }}
    volumeMounts:
      - name: scripts
        mountPath: /scripts
        readOnly: true
      {{- if $trustsEngine }}
      - name: engine-ca
        mountPath: /engine-ca
        readOnly: true
      {{- end }}
volumes:
  - name: scripts
    configMap:
      name: {{ .configMap }}
  {{- if $trustsEngine }}
  - name: engine-ca
    secret:
      secretName: {{ include "engine.caSecret" $context }}
      items:
        - key: ca.crt
          path: ca.crt
  {{- end }}
{{- end }}

{{/* What files/engine.mjs needs to be the engine's administrator, as a list. */}}
{{- define "stack.engineEnv" -}}
- name: ENGINE_URL
  value: {{ include "engine.scheme" . }}://camunda-platform.{{ .Release.Namespace }}.svc:{{ .Values.service.port }}/engine-rest
- name: ENGINE_USERNAME
  valueFrom:
    secretKeyRef:
      name: {{ include "stack.adminSecret" . }}
      key: username
- name: ENGINE_PASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ include "stack.adminSecret" . }}
      key: password
{{- if .Values.engine.tls.enabled }}
- name: NODE_EXTRA_CA_CERTS
  value: /engine-ca/ca.crt
{{- end }}
{{- end }}
