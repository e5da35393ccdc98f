{{/* OPS-50: template of the pods of one process, closed in, bounded, with secrets by name only; takes root, name and
     process. */}}
{{- define "residency.pod" -}}
{{- $root := .root -}}
{{- $process := .process -}}
{{- $is := $process.is -}}
{{- $secrets := concat $is.secrets $process.secrets | uniq -}}
{{- $secret := $process.existingSecret | default (printf "%s-%s" $root.Release.Name .name) -}}
{{- $mounted := include "residency.volumes" (dict "root" $root "name" .name "is" $is "secret" $secret "secrets" $secrets "volume" $process.volume) | fromYaml -}}
metadata:
  labels: {{- include "residency.labels" . | nindent 4 }}
  {{- with $process.podAnnotations }}
  annotations: {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  serviceAccountName: {{ $root.Release.Name }}-{{ .name }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  terminationGracePeriodSeconds: 45
  securityContext: {{- include "residency.podSecurity" . | nindent 4 }}
  {{- include "residency.place" (dict "root" $root "process" $process) | indent 2 }}
  {{- include "residency.spread" . | indent 2 }}
  containers:
    - name: {{ .name }}
      image: {{ include "residency.image" $root }}
      imagePullPolicy: {{ $root.Values.image.pullPolicy }}
      command: [python, -m, services.cli.run, {{ .name }}]
      env:
        - {name: RESIDENCY_METRICS_PORT, value: "9000"}
        - {name: RESIDENCY_DRAIN_SECONDS, value: "5"}
        {{- if $is.grpc }}
        - {name: RESIDENCY_GRPC_PORT, value: "7000"}
        {{- end }}
        {{- if $is.http }}
        - {name: RESIDENCY_HTTP_HOST, value: 0.0.0.0}
        - {name: RESIDENCY_HTTP_PORT, value: "8080"}
        # A ConfigMap that is made to close the portal, and deleted to open it (docs/operations/opening-day.md).
        - {name: RESIDENCY_MAINTENANCE_FILE, value: /run/residency/maintenance/notice}
        {{- end }}
        {{- if $is.publicUrl }}
        - {name: RESIDENCY_PUBLIC_URL, value: {{ required "publicUrl: say under which address people reach the portal" $root.Values.publicUrl | quote }}}
        {{- end }}
        {{- include "residency.addresses" (dict "root" $root "is" $is) | indent 8 }}
        {{- include "residency.secretSettings" $secrets | indent 8 }}
        {{- include "residency.files" (dict "root" $root "name" .name "process" $process) | indent 8 }}
        {{- if $is.temporal }}
        - {name: RESIDENCY_TEMPORAL_METRICS, value: "127.0.0.1:9001"}
        {{- end }}
        {{- if and $is.temporal $root.Values.worker.controller }}
        - {name: RESIDENCY_WORKER_DEPLOYMENT, value: {{ $root.Release.Namespace }}/{{ $root.Release.Name }}-{{ .name }}}
        - {name: RESIDENCY_WORKER_BUILD_ID, value: {{ include "residency.buildId" $root | quote }}}
        {{- end }}
        {{- with $root.Values.telemetry.otlpEndpoint }}
        - {name: RESIDENCY_OTLP_ENDPOINT, value: {{ . | quote }}}
        {{- end }}
        {{- range $setting, $value := $process.settings }}
        - {name: {{ $setting }}, value: {{ $value | quote }}}
        {{- end }}
      ports:
        {{- if $is.grpc }}
        - {name: grpc, containerPort: 7000}
        {{- end }}
        {{- if $is.http }}
        - {name: http, containerPort: 8080}
        {{- end }}
        - {name: metrics, containerPort: 9000}
      {{- include "residency.probes" (dict "native" (and $is.grpc (not $root.Values.mtls.enabled))) | nindent 6 }}
      lifecycle:
        # Those who send work need to hear first that this pod is leaving.
        preStop: {sleep: {seconds: 5}}
      resources: {{- toYaml $process.resources | nindent 8 }}
      securityContext: {{- include "residency.containerSecurity" . | nindent 8 }}
      volumeMounts: {{- toYaml $mounted.mounts | nindent 8 }}
  volumes: {{- toYaml $mounted.volumes | nindent 4 }}
{{- end -}}

{{/* Replicas stand apart from each other; takes root, name and process. */}}
{{- define "residency.spread" -}}
{{- $selector := include "residency.selector" . -}}
{{- $places := dict "kubernetes.io/hostname" .process.topologySpread.nodes "topology.kubernetes.io/zone" .process.topologySpread.zones -}}
{{- $wanted := list -}}
{{- range $place, $otherwise := $places -}}
{{- if ne $otherwise "Off" -}}
{{- $wanted = append $wanted (dict "maxSkew" 1 "topologyKey" $place "whenUnsatisfiable" $otherwise "labelSelector" (dict "matchLabels" (fromYaml $selector)) "matchLabelKeys" (list "pod-template-hash")) -}}
{{- end -}}
{{- end -}}
{{- with $wanted }}
topologySpreadConstraints: {{- toYaml . | nindent 2 }}
{{- end }}
{{- if and .process.volume.enabled (eq .process.volume.accessMode "ReadWriteOnce") }}
# One node at a time may have the volume: a new pod starts beside the old one, or it would wait for it for ever.
affinity:
  podAffinity:
    requiredDuringSchedulingIgnoredDuringExecution:
      - {topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {{- fromYaml $selector | toJson | nindent 10 }}}}
{{- end }}
{{- end -}}

{{/* OPS-51: started, alive, ready. The kubelet speaks gRPC without TLS only: with it, and where there is no gRPC, HTTP is asked.
     A process serves once its servers have answered, so a start may take as long as theirs. */}}
{{- define "residency.probes" -}}
{{- $alive := dict "httpGet" (dict "path" "/livez" "port" "metrics") -}}
{{- $ready := dict "httpGet" (dict "path" "/readyz" "port" "metrics") -}}
{{- if .native -}}
{{- $alive = dict "grpc" (dict "port" 7000 "service" "liveness") -}}
{{- $ready = dict "grpc" (dict "port" 7000 "service" "readiness") -}}
{{- end -}}
startupProbe: {{- toYaml $alive | nindent 2 }}
  periodSeconds: 2
  failureThreshold: 300
  timeoutSeconds: 3
livenessProbe: {{- toYaml $alive | nindent 2 }}
  periodSeconds: 10
  failureThreshold: 3
  timeoutSeconds: 3
readinessProbe: {{- toYaml $ready | nindent 2 }}
  periodSeconds: 3
  failureThreshold: 2
  timeoutSeconds: 3
{{- end -}}

{{/* Where files and the copy of the seals are; takes root, name and process. */}}
{{- define "residency.files" -}}
{{- $objects := .root.Values.objects -}}
{{- if .process.is.objects }}
{{- if $objects.bucket }}
- {name: RESIDENCY_OBJECTS_URL, value: "s3://{{ $objects.bucket }}/{{ $objects.prefix }}/{{ .name }}"}
{{- with $objects.region }}
- {name: AWS_REGION, value: {{ . | quote }}}
{{- end }}
{{- with $objects.endpoint }}
- {name: AWS_ENDPOINT_URL, value: {{ . | quote }}}
{{- end }}
{{- with $objects.existingSecret }}
- {name: AWS_ACCESS_KEY_ID, valueFrom: {secretKeyRef: {name: {{ . }}, key: access_key_id}}}
- {name: AWS_SECRET_ACCESS_KEY, valueFrom: {secretKeyRef: {name: {{ . }}, key: secret_access_key}}}
{{- end }}
{{- else }}
- {name: RESIDENCY_OBJECTS_URL, value: file:///var/lib/residency/objects}
{{- end }}
{{- end }}
{{- if and .process.is.seals .process.volume.enabled }}
- {name: RESIDENCY_SEALS_DIR, value: /var/lib/residency/seals}
{{- end }}
{{- end -}}
