{{/* OPS-55: what the schema cannot see, because it lies between two values. */}}
{{- define "residency.validate" -}}
{{- if gt (len .Release.Name) 30 }}{{ fail "the release's name may have 30 characters: names of objects are made from it" }}{{ end -}}
{{- $worker := .Values.worker -}}
{{- if and $worker.controller $worker.keda.enabled }}{{ fail "worker.keda.enabled: the controller's versions are no Deployment that KEDA could scale" }}{{ end -}}
{{- if gt (int $worker.keda.min) (int $worker.keda.max) }}{{ fail "worker.keda: max is below min" }}{{ end -}}
{{- $former := 0 -}}
{{- range $worker.steps -}}
{{- if le (int .rampPercentage) $former }}{{ fail "worker.steps: each step takes a larger share than the one before" }}{{ end -}}
{{- $former = int .rampPercentage -}}
{{- end -}}
{{- range $name, $process := include "residency.processes" . | fromYaml -}}
{{- $scales := $process.autoscaling -}}
{{- if and $scales.enabled (lt (int $scales.max) (int $scales.min)) }}{{ fail (printf "services.%s.autoscaling: max is below min" $name) }}{{ end -}}
{{- if and $process.is.temporal $scales.enabled (or $worker.keda.enabled $worker.controller) }}{{ fail "services.workflows.autoscaling: not with worker.keda or worker.controller" }}{{ end -}}
{{- if and $process.outside (not $process.is.outside) }}{{ fail (printf "services.%s.outside: this process asks nobody beyond the cluster" $name) }}{{ end -}}
{{- $volume := $process.volume -}}
{{- if and $process.is.objects (not $.Values.objects.bucket) (not $volume.enabled) }}{{ fail (printf "services.%s.volume: files need a place, so enable it or name objects.bucket" $name) }}{{ end -}}
{{- if and $process.is.objects (not $.Values.objects.bucket) (gt (int $.Values.nats.replicas) 1) }}{{ fail "objects.bucket: where nats.replicas says that this is a cluster, processes start only with files in a bucket" }}{{ end -}}
{{- if and $volume.enabled (eq $volume.accessMode "ReadWriteOnce") (or $scales.enabled (gt (int $process.replicas) 1)) }}{{ fail (printf "services.%s.volume.accessMode: ReadWriteOnce serves one replica" $name) }}{{ end -}}
{{- end -}}
{{- if and .Values.objects.bucket .Values.networkPolicy.enabled (not .Values.objects.peers) }}{{ fail "objects.peers: say where the bucket is, or no policy lets anybody reach it" }}{{ end -}}
{{- if and .Values.telemetry.otlpEndpoint .Values.networkPolicy.enabled (not .Values.telemetry.peers) }}{{ fail "telemetry.peers: say where the collector is, or no policy lets anybody reach it" }}{{ end -}}
{{- if and (eq .Values.monitoring.podMonitor "always") .Values.networkPolicy.enabled (not .Values.networkPolicy.monitoring) }}{{ fail "networkPolicy.monitoring: say who reads metrics, or no policy lets them in" }}{{ end -}}
{{- range $name, $url := dict "objects" .Values.objects.endpoint "telemetry" .Values.telemetry.otlpEndpoint -}}
{{- if and $url $.Values.networkPolicy.enabled (ne (include "residency.portOf" $url) (toString (index $.Values $name).port)) }}{{ fail (printf "%s.port: %s is on another, so the policy would stop it" $name $url) }}{{ end -}}
{{- end -}}
{{- $edge := .Values.edge -}}
{{- if and (ne $edge.kind "none") .Values.networkPolicy.enabled (not .Values.networkPolicy.gateway) }}{{ fail "networkPolicy.gateway: say who brings people to the portal, or no policy lets them in" }}{{ end -}}
{{- if and (eq $edge.kind "gateway") (not $edge.gateway.parentRefs) (not $edge.gateway.className) }}{{ fail "edge.gateway: name parentRefs, or a className to make a Gateway of" }}{{ end -}}
{{- if and (eq $edge.kind "gateway") $edge.gateway.className (not $edge.tlsSecret) }}{{ fail "edge.tlsSecret: the Gateway made here serves HTTPS only" }}{{ end -}}
{{- if and (eq $edge.kind "ingress") (not $edge.tlsSecret) }}{{ fail "edge.tlsSecret: the Ingress serves HTTPS only" }}{{ end -}}
{{- end -}}
