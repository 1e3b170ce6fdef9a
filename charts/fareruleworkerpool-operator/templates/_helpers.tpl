{{- define "operator.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 50 | trimSuffix "-" }}
{{- end }}

{{/* The release's name where that says enough, else both. Short enough for the suffixes that follow it. */}}
{{- define "operator.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" }}
{{- else if contains (include "operator.name" .) .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" }}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "operator.name" .) | trunc 50 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "operator.selectorLabels" -}}
app.kubernetes.io/name: {{ include "operator.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Labels of every object; what the user adds never replaces one of them. */}}
{{- define "operator.labels" -}}
{{ include "operator.selectorLabels" . }}
app.kubernetes.io/component: operator
{{ include "operator.sharedLabels" . }}
{{- end }}

{{- define "operator.sharedLabels" -}}
app.kubernetes.io/part-of: fareruleworkerpool
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- with omit .Values.commonLabels "app.kubernetes.io/name" "app.kubernetes.io/instance" "app.kubernetes.io/component" "app.kubernetes.io/part-of" "app.kubernetes.io/version" "app.kubernetes.io/managed-by" "helm.sh/chart" }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Not the selector's labels: a pod of `helm test` is none of the operator's. */}}
{{- define "operator.testLabels" -}}
app.kubernetes.io/name: {{ include "operator.name" . }}-test
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: test
{{- end }}

{{- define "operator.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "operator.fullname" .) .Values.serviceAccount.name }}
{{- else -}}
{{- .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- define "operator.metricsApiService" -}}
{{ include "operator.fullname" . }}-metrics-api
{{- end }}

{{- define "operator.metricsService" -}}
{{ include "operator.fullname" . }}-metrics
{{- end }}

{{/* Secret that the metrics API's certificate is mounted from; empty where the operator makes it itself. */}}
{{- define "operator.certificateSecret" -}}
{{- if not .Values.metricsApi.enabled -}}
{{- else if eq .Values.metricsApi.certificates.mode "existingSecret" -}}
{{- .Values.metricsApi.certificates.existingSecret }}
{{- else if eq .Values.metricsApi.certificates.mode "certManager" -}}
{{- include "operator.metricsApiService" . }}-tls
{{- end }}
{{- end }}

{{/* Namespaces whose pools are served, as a YAML list. Empty: all. */}}
{{- define "operator.watchedNamespaces" -}}
{{- if .Values.watchNamespaces -}}
{{ toYaml .Values.watchNamespaces }}
{{- else if not .Values.clusterScoped -}}
- {{ .Release.Namespace }}
{{- else -}}
[]
{{- end }}
{{- end }}

{{/* A full image name: (dict "image" .Values.image "context" .) */}}
{{- define "operator.imageOf" -}}
{{- $registry := default .image.registry .context.Values.global.imageRegistry -}}
{{- with $registry }}{{ . }}/{{ end }}
{{- .image.repository }}
{{- if .image.digest }}@{{ .image.digest }}
{{- else }}:{{ default .context.Chart.AppVersion .image.tag }}
{{- end }}
{{- end }}

{{- define "operator.image" -}}
{{ include "operator.imageOf" (dict "image" .Values.image "context" .) }}
{{- end }}

{{- define "operator.workerImage" -}}
{{ include "operator.imageOf" (dict "image" .Values.workerImage "context" .) }}
{{- end }}

{{- define "operator.imagePullSecrets" -}}
{{- with concat .Values.global.imagePullSecrets .Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* The subject of every binding. */}}
{{- define "operator.subject" -}}
- kind: ServiceAccount
  name: {{ include "operator.serviceAccountName" . }}
  namespace: {{ .Release.Namespace }}
{{- end }}

{{/* What every pod of the release may reach. */}}
{{- define "operator.commonEgress" -}}
{{- with .Values.networkPolicy -}}
# Names.
- ports:
    {{- range .dns.ports }}
    - protocol: UDP
      port: {{ . }}
    - protocol: TCP
      port: {{ . }}
    {{- end }}
  {{- with .dns.to }}
  to:
    {{- toYaml . | nindent 4 }}
  {{- end }}
# The API server.
- ports:
    {{- range .apiServer.ports }}
    - protocol: TCP
      port: {{ . }}
    {{- else }}
    - protocol: TCP
    {{- end }}
  {{- with .apiServer.cidrs }}
  to:
    {{- range . }}
    - ipBlock:
        cidr: {{ . }}
    {{- end }}
  {{- end }}
{{- end }}
{{- end }}

{{/* Whether the release has nothing but what is in namespaces, so that it needs no right in the cluster: "true" or empty. */}}
{{- define "operator.namespaced" -}}
{{- if not .Values.rbac.clusterObjects -}}
true
{{- end }}
{{- end }}

{{/* What the operator may do in the namespaces of pools. Nothing with Secrets: see rbac-secrets.yaml. */}}
{{- define "operator.poolRules" -}}
- apiGroups: [farerules.dev]
  resources: [fareruleworkerpools]
  verbs: [list, watch]
- apiGroups: [farerules.dev]
  resources: [fareruleworkerpools/status]
  verbs: [patch]
# Where OwnerReferencesPermissionEnforcement is on, an owner reference that blocks deletion needs this.
- apiGroups: [farerules.dev]
  resources: [fareruleworkerpools/finalizers]
  verbs: [update]
- apiGroups: [apps]
  resources: [deployments]
  verbs: [get, list, watch, create, patch]
- apiGroups: [apps]
  resources: [deployments/scale]
  verbs: [patch]
- apiGroups: [autoscaling]
  resources: [horizontalpodautoscalers]
  # Deleted where the operator scales in its place.
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [policy]
  resources: [poddisruptionbudgets]
  verbs: [get, list, watch, create, patch]
- apiGroups: ['']
  resources: [serviceaccounts]
  verbs: [get, list, watch, create, patch]
- apiGroups: ['']
  resources: [pods]
  # Patched to say which pod goes first.
  verbs: [list, watch, patch]
- apiGroups: [events.k8s.io]
  resources: [events]
  verbs: [create]
{{- end }}
