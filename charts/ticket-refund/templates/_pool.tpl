{{/* A pool's whole spec: what this chart knows, the defaults, and the pool's own words on top. Argument: context, spec. */}}
{{- define "stack.poolSpec" -}}
{{- $ := .context }}
{{- $given := dict "engine" (dict "urls" (list (include "stack.engineURL" $)) "nodes" "Direct" "processDefinitionKeys" (list "ticket-refund")) "llm" (dict "credentials" (list (dict "secretRef" (dict "name" $.Values.llm.secretName "key" "api-key")))) }}
{{- $own := merge (deepCopy ((.spec | default dict).engine | default dict)) ($.Values.poolDefaults.engine | default dict) }}
{{- if and $.Values.engine.tls.enabled (not $own.urls) }}
{{- $_ := set $given.engine "caSecretRef" (dict "name" (include "engine.caSecret" $) "key" "ca.crt") }}
{{- end }}
{{- if and $.Values.engine.basicAuth.enabled (not $own.oauth2) }}
{{- $_ := set $given.engine "basicAuthSecretRef" (dict "name" (include "stack.workerSecret" $)) }}
{{- end }}
{{- if $.Values.llm.standIn.enabled }}
{{- $_ := set $given.llm "baseURL" (printf "http://llm-stand-in.%s.svc:8000/v1" $.Release.Namespace) }}
{{- $_ := set $given.llm "providerName" "Stand-in LLM (not OpenAI)" }}
{{- else if $.Values.llm.baseURL }}
{{- $_ := set $given.llm "baseURL" $.Values.llm.baseURL }}
{{- end }}
{{- if ne $.Values.redis.mode "none" }}
{{- $_ := set $given "cache" (dict "redisURL" (include "stack.redisURL" $)) }}
{{- if eq $.Values.redis.mode "builtin" }}
{{- $_ := set $given.cache "passwordSecretRef" (dict "name" "redis" "key" "password") }}
{{- else if $.Values.redis.external.existingSecret }}
{{- $_ := set $given.cache "passwordSecretRef" (dict "name" $.Values.redis.external.existingSecret "key" "password") }}
{{- end }}
{{- end }}
{{- with include "stack.pullSecrets" $ | fromYamlArray }}
{{- $_ := set $given "worker" (dict "imagePullSecrets" .) }}
{{- end }}
{{- toYaml (mergeOverwrite $given (deepCopy $.Values.poolDefaults) (deepCopy (.spec | default dict))) }}
{{- end }}

{{/* Names of the Secrets that a pool's spec names, as a list. */}}
{{- define "stack.poolSecrets" -}}
{{- $names := list }}
{{- range .llm.credentials }}{{ $names = append $names .secretRef.name }}{{ end }}
{{- with .llm.caSecretRef }}{{ $names = append $names .name }}{{ end }}
{{- with .engine.basicAuthSecretRef }}{{ $names = append $names .name }}{{ end }}
{{- with .engine.caSecretRef }}{{ $names = append $names .name }}{{ end }}
{{- with .engine.oauth2 }}{{ $names = append $names .secretRef.name }}{{ end }}
{{- with .cache }}{{ with .passwordSecretRef }}{{ $names = append $names .name }}{{ end }}{{ end }}
{{- toYaml $names }}
{{- end }}
