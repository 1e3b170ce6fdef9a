{{/* TLS of the engine nodes: one certificate for all of them, with the names that they are asked by. */}}
{{- define "engine.scheme" -}}
{{ ternary "https" "http" .Values.engine.tls.enabled }}
{{- end }}

{{/* Secret with the nodes' certificate and key. */}}
{{- define "engine.tlsSecret" -}}
{{ .Values.engine.tls.secretName | default "camunda-engine-tls" }}
{{- end }}

{{/* Secret with the authority that signs it, under `ca.crt`. */}}
{{- define "engine.caSecret" -}}
{{ .Values.engine.tls.caSecretName | default (include "engine.tlsSecret" .) }}
{{- end }}

{{/* Properties of the engine application. */}}
{{- define "engine.tlsConfig" -}}
server.ssl.bundle: engine
spring.ssl.bundle:
  # A renewed certificate is taken once its files have rested for so long; connections that are open go on.
  watch.file.quiet-period: 2s
  pem.engine:
    reload-on-update: true
    keystore:
      certificate: file:/tls/tls.crt
      private-key: file:/tls/tls.key
{{- end }}

{{/* What an ingress controller has to know to ask the nodes by HTTPS and to check whom it asks. Argument: context, controller. */}}
{{- define "engine.ingressTLS" -}}
{{- $name := printf "camunda-platform.%s.svc" .context.Release.Namespace -}}
{{- $ca := printf "%s/%s" .context.Release.Namespace (include "engine.caSecret" .context) -}}
{{- if eq .controller "nginx" -}}
nginx.ingress.kubernetes.io/backend-protocol: HTTPS
nginx.ingress.kubernetes.io/proxy-ssl-secret: {{ $ca }}
nginx.ingress.kubernetes.io/proxy-ssl-verify: "on"
nginx.ingress.kubernetes.io/proxy-ssl-name: {{ $name }}
nginx.ingress.kubernetes.io/proxy-ssl-server-name: "on"
{{- else if eq .controller "haproxy" -}}
haproxy-ingress.github.io/backend-protocol: h1-ssl
haproxy-ingress.github.io/secure-verify-ca-secret: {{ include "engine.caSecret" .context }}
haproxy-ingress.github.io/secure-sni: {{ $name }}
haproxy-ingress.github.io/secure-verify-hostname: {{ $name }}
{{- end -}}
{{- end }}
