{{/* Kind of the ingress controller, which says what keeps a session on one node: as named, or by its usual class. */}}
{{- define "stack.ingressController" -}}
{{- if ne .Values.ingress.stickySessions "auto" -}}
{{ .Values.ingress.stickySessions }}
{{- else if has .Values.ingress.className (list "nginx" "traefik" "haproxy") -}}
{{ .Values.ingress.className }}
{{- else -}}
{{ fail (printf "ingress.stickySessions: the class %q does not say which controller this is; set it to traefik, nginx or haproxy, or to none with annotations of your own" .Values.ingress.className) }}
{{- end -}}
{{- end }}

{{/* What the controller reads on the Ingress. Signing in must not be possible without TLS where there is TLS. */}}
{{- define "stack.ingressAnnotations" -}}
{{- $tls := .Values.ingress.tls.enabled -}}
{{- $controller := include "stack.ingressController" . -}}
{{- if eq $controller "nginx" -}}
nginx.ingress.kubernetes.io/affinity: cookie
nginx.ingress.kubernetes.io/affinity-mode: persistent
nginx.ingress.kubernetes.io/session-cookie-name: camunda-node
nginx.ingress.kubernetes.io/session-cookie-path: /
nginx.ingress.kubernetes.io/session-cookie-samesite: Lax
{{- if $tls }}
nginx.ingress.kubernetes.io/session-cookie-secure: "true"
{{- end }}
{{- else if eq $controller "haproxy" -}}
{{- /* Two controllers have this name, with annotations of their own; each ignores the other's. */ -}}
haproxy-ingress.github.io/affinity: cookie
haproxy-ingress.github.io/session-cookie-name: camunda-node
haproxy.org/cookie-persistence: camunda-node
{{- else if and (eq $controller "traefik") $tls -}}
{{- /* Without them it serves every entry point, the one for plain HTTP too, and redirects nothing. */ -}}
traefik.ingress.kubernetes.io/router.entrypoints: websecure
traefik.ingress.kubernetes.io/router.tls: "true"
{{- end -}}
{{- end }}

{{/* What the controller reads on the Service. */}}
{{- define "stack.ingressServiceAnnotations" -}}
{{- if and .Values.ingress.enabled (eq (include "stack.ingressController" .) "traefik") -}}
traefik.ingress.kubernetes.io/service.sticky.cookie: "true"
traefik.ingress.kubernetes.io/service.sticky.cookie.name: camunda-node
traefik.ingress.kubernetes.io/service.sticky.cookie.httponly: "true"
traefik.ingress.kubernetes.io/service.sticky.cookie.samesite: lax
{{- if .Values.ingress.tls.enabled }}
traefik.ingress.kubernetes.io/service.sticky.cookie.secure: "true"
{{- end }}
{{- end -}}
{{- end }}
