{{/* A pod that runs one of files/*.mjs with node, as the engine's administrator. Argument: context, script, env (YAML). */}}
{{- define "stack.scriptPod" -}}
{{- $context := .context -}}
{{- $tools := $context.Values.process.tools -}}
restartPolicy: Never
{{ include "stack.podSpec" (dict "context" $context "uid" 65532 "placement" $tools) }}
containers:
  - name: {{ .script }}
    image: {{ include "stack.image" (dict "context" $context "image" $tools.image) }}
    imagePullPolicy: {{ $tools.image.pullPolicy }}
    command: [node, /scripts/{{ .script }}.mjs]
    env:
      - name: ENGINE_URL
        value: http://camunda-platform.{{ $context.Release.Namespace }}.svc:{{ $context.Values.service.port }}/engine-rest
      - name: ENGINE_USERNAME
        valueFrom:
          secretKeyRef:
            name: {{ include "stack.adminSecret" $context }}
            key: username
      - name: ENGINE_PASSWORD
        valueFrom:
          secretKeyRef:
            name: {{ include "stack.adminSecret" $context }}
            key: password
      {{- with .env }}
      {{- toYaml . | nindent 6 }}
      {{- end }}
    securityContext:
      {{- include "stack.containerSecurity" $context | nindent 6 }}
    resources:
      {{- toYaml $tools.resources | nindent 6 }}
    volumeMounts:
      - name: scripts
        mountPath: /scripts
        readOnly: true
volumes:
  - name: scripts
    configMap:
      name: ticket-refund-process
{{- end }}
