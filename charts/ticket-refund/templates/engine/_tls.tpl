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

{{/*
Refuses to switch TLS on in a release that runs while the Secret is not there: the Services would leave the nodes that are up
for those that wait for it.
*/}}
{{- define "engine.tlsCheck" -}}
{{- $tls := .Values.engine.tls }}
{{- if and $tls.enabled (not $tls.certManager.issuerRef) }}
{{- $running := lookup "apps/v1" "Deployment" .Release.Namespace "camunda-platform" }}
{{- if and $running (not (lookup "v1" "Secret" .Release.Namespace (include "engine.tlsSecret" .))) }}
{{- fail (printf "engine.tls.secretName: there is no Secret %q in %s: make it before the engine that runs is told to serve TLS" (include "engine.tlsSecret" .) .Release.Namespace) }}
{{- end }}
{{- end }}
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

{{/* What the ingress controller reads on the Ingress to ask the nodes by HTTPS, and to check whom it asks. */}}
{{- define "engine.ingressTLS" -}}
{{- $name := printf "camunda-platform.%s.svc" .Release.Namespace -}}
{{- $secret := include "engine.caSecret" . -}}
{{- $controller := include "stack.ingressController" . -}}
{{- if eq $controller "nginx" -}}
nginx.ingress.kubernetes.io/backend-protocol: HTTPS
nginx.ingress.kubernetes.io/proxy-ssl-secret: {{ .Release.Namespace }}/{{ $secret }}
nginx.ingress.kubernetes.io/proxy-ssl-verify: "on"
nginx.ingress.kubernetes.io/proxy-ssl-name: {{ $name }}
nginx.ingress.kubernetes.io/proxy-ssl-server-name: "on"
{{- else if eq $controller "haproxy" -}}
haproxy-ingress.github.io/backend-protocol: h1-ssl
haproxy-ingress.github.io/secure-verify-ca-secret: {{ $secret }}
haproxy-ingress.github.io/secure-sni: {{ $name }}
haproxy-ingress.github.io/secure-verify-hostname: {{ $name }}
haproxy.org/server-ssl: "true"
haproxy.org/server-ca: {{ .Release.Namespace }}/{{ $secret }}
{{- end -}}
{{- end }}

{{/* What it reads on the Service. Whose certificate is right says a ServersTransport of Traefik's: service.annotations. */}}
{{- define "engine.serviceTLS" -}}
{{- if eq (include "stack.ingressController" .) "traefik" -}}
traefik.ingress.kubernetes.io/service.serversscheme: https
{{- end -}}
{{- end }}
