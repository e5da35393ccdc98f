{{/* Each process by name: the defaults, what its own entry says otherwise, and what it is (processes.yaml). As YAML. */}}
{{- define "residency.processes" -}}
{{- $processes := dict -}}
{{- range $name, $is := .Files.Get "processes.yaml" | fromYaml -}}
{{- $own := index $.Values.services $name | default dict -}}
{{- $_ := set $processes $name (mergeOverwrite (deepCopy $.Values.defaults) $own (dict "is" $is)) -}}
{{- end -}}
{{ toYaml $processes }}
{{- end -}}

{{/* Labels by which pods of one process are found; takes root and name. */}}
{{- define "residency.selector" -}}
app.kubernetes.io/name: {{ .root.Chart.Name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .name }}
{{- end -}}

{{/* All labels of an object; takes root and name. */}}
{{- define "residency.labels" -}}
{{ include "residency.selector" . }}
app.kubernetes.io/part-of: {{ .root.Chart.Name }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
{{- end -}}

{{/* Name and labels of an object of one process; takes root, name, and maybe suffix. */}}
{{- define "residency.metadata" -}}
name: {{ .root.Release.Name }}-{{ .name }}{{ with .suffix }}-{{ . }}{{ end }}
namespace: {{ .root.Release.Namespace }}
labels: {{- include "residency.labels" . | nindent 2 }}
{{- end -}}

{{- define "residency.image" -}}
{{- $image := .Values.image -}}
{{- if $image.digest -}}
{{ $image.repository }}@{{ $image.digest }}
{{- else -}}
{{ $image.repository }}:{{ $image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{/* The version of the code that runs: what names a version of the workers. */}}
{{- define "residency.buildId" -}}
{{- if .Values.image.digest -}}
{{ trimPrefix "sha256:" .Values.image.digest | trunc 12 }}
{{- else -}}
{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{/* Host name of the portal. */}}
{{- define "residency.host" -}}
{{ .Values.edge.host | default (urlParse .Values.publicUrl).hostname }}
{{- end -}}

{{/* "true" when `choice` is always, or auto and the cluster knows `api`; takes root, choice and api. */}}
{{- define "residency.wanted" -}}
{{- if or (eq .choice "always") (and (eq .choice "auto") (.root.Capabilities.APIVersions.Has .api)) -}}true{{- end -}}
{{- end -}}

{{/* Pod security as the `restricted` standard wants it. */}}
{{- define "residency.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
fsGroupChangePolicy: OnRootMismatch
seccompProfile: {type: RuntimeDefault}
{{- end -}}

{{/* Where a pod may run, and with whose image; takes root and process. */}}
{{- define "residency.place" -}}
{{- with .root.Values.imagePullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .process.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .process.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .process.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "residency.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end -}}

{{/* Where other processes and servers are, for a process that `calls` some; takes root and is. */}}
{{- define "residency.addresses" -}}
{{- $root := .root -}}
{{- range .is.calls }}
- {name: RESIDENCY_{{ upper . }}_ADDRESS, value: "dns:///{{ $root.Release.Name }}-{{ . }}:7000"}
{{- end }}
- {name: RESIDENCY_NATS_URL, value: "nats://{{ $root.Values.nats.address }}"}
- {name: RESIDENCY_STREAM_REPLICAS, value: {{ $root.Values.nats.replicas | quote }}}
{{- if $root.Values.nats.tlsSecret }}
- {name: RESIDENCY_NATS_TLS_DIR, value: /run/residency/nats}
{{- end }}
{{- if $root.Values.mtls.enabled }}
- {name: RESIDENCY_TLS_DIR, value: /run/residency/tls}
{{- end }}
{{- if .is.temporal }}
- {name: RESIDENCY_TEMPORAL_ADDRESS, value: {{ $root.Values.temporal.address | quote }}}
- {name: RESIDENCY_TEMPORAL_NAMESPACE, value: {{ $root.Values.temporal.namespace | quote }}}
{{- if $root.Values.temporal.tlsSecret }}
- {name: RESIDENCY_TEMPORAL_TLS_DIR, value: /run/residency/temporal}
{{- end }}
{{- end }}
{{- end -}}

{{/* A setting that is read from a mounted file for each key of a secret; takes a list. */}}
{{- define "residency.secretSettings" -}}
{{- range . }}
- {name: RESIDENCY_{{ upper . }}_FILE, value: /run/residency/secrets/{{ . }}}
{{- end }}
{{- end -}}

{{/* Port of a URL, its scheme's where it names none. */}}
{{- define "residency.portOf" -}}
{{- $host := splitList ":" (urlParse .).host -}}
{{- if gt (len $host) 1 }}{{ last $host }}{{ else }}{{ ternary 443 80 (hasPrefix "https:" .) }}{{ end -}}
{{- end -}}

{{/* Of a PostgreSQL's authority only the certificate is mounted: its Secret may hold the key as well.
     Volumes of a process and where they are mounted, both lists; takes root, name, is, secret, secrets, volume. */}}
{{- define "residency.volumes" -}}
{{- $mounts := list (dict "name" "tmp" "mountPath" "/tmp") -}}
{{- $volumes := list (dict "name" "tmp" "emptyDir" (dict "sizeLimit" "1Gi")) -}}
{{- $items := list -}}
{{- range .secrets }}{{ $items = append $items (dict "key" . "path" .) }}{{ end -}}
{{- $secrets := dict "secrets" (dict "secretName" .secret "items" $items "defaultMode" 288) -}}
{{- $talks := ne .name "migrate" -}}
{{- if and .root.Values.mtls.enabled $talks }}{{ $_ := set $secrets "tls" (dict "secretName" (printf "%s-%s-tls" .root.Release.Name .name) "defaultMode" 288) }}{{ end -}}
{{- if and .root.Values.nats.tlsSecret $talks }}{{ $_ := set $secrets "nats" (dict "secretName" .root.Values.nats.tlsSecret "defaultMode" 288) }}{{ end -}}
{{- if and .is.temporal .root.Values.temporal.tlsSecret }}{{ $_ := set $secrets "temporal" (dict "secretName" .root.Values.temporal.tlsSecret "defaultMode" 288) }}{{ end -}}
{{- if and .is.database .root.Values.postgres.caSecret }}{{ $_ := set $secrets "postgres" (dict "secretName" .root.Values.postgres.caSecret "items" (list (dict "key" "ca.crt" "path" "ca.crt")) "defaultMode" 288) }}{{ end -}}
{{- range $name, $secret := $secrets -}}
{{- $volumes = append $volumes (dict "name" $name "secret" $secret) -}}
{{- $mounts = append $mounts (dict "name" $name "mountPath" (printf "/run/residency/%s" $name) "readOnly" true) -}}
{{- end -}}
{{- if .is.http -}}
{{- $volumes = append $volumes (dict "name" "maintenance" "configMap" (dict "name" (printf "%s-maintenance" .root.Release.Name) "optional" true)) -}}
{{- $mounts = append $mounts (dict "name" "maintenance" "mountPath" "/run/residency/maintenance" "readOnly" true) -}}
{{- end -}}
{{- if and .volume .volume.enabled -}}
{{- $claim := .volume.existingClaim | default (printf "%s-%s" .root.Release.Name .name) -}}
{{- $volumes = append $volumes (dict "name" "files" "persistentVolumeClaim" (dict "claimName" $claim)) -}}
{{- $mounts = append $mounts (dict "name" "files" "mountPath" "/var/lib/residency") -}}
{{- end -}}
{{ toYaml (dict "volumes" $volumes "mounts" $mounts) }}
{{- end -}}

{{/* What the platform team's pods and the migrating ones are: parts as in processes.yaml, for their connections. */}}
{{- define "residency.helpers" -}}
operator:
  is: {calls: [identity, enrollment, faculty, notify], temporal: true, database: true}
migrate:
  is: {calls: [], database: true}
{{- end -}}

{{/* Annotations of what must be there before anything is rolled out; takes the weight. Argo CD reads its own. */}}
{{- define "residency.before" -}}
helm.sh/hook: pre-install,pre-upgrade
helm.sh/hook-weight: {{ . | quote }}
helm.sh/hook-delete-policy: before-hook-creation
argocd.argoproj.io/hook: PreSync
argocd.argoproj.io/sync-wave: {{ . | quote }}
argocd.argoproj.io/hook-delete-policy: BeforeHookCreation
{{- end -}}

{{/* The same for what comes once the new release runs everywhere. */}}
{{- define "residency.after" -}}
helm.sh/hook: post-upgrade
helm.sh/hook-weight: {{ . | quote }}
helm.sh/hook-delete-policy: before-hook-creation
argocd.argoproj.io/hook: PostSync
argocd.argoproj.io/sync-wave: {{ . | quote }}
argocd.argoproj.io/hook-delete-policy: BeforeHookCreation
{{- end -}}

{{/* Pod of a command that the platform team runs once; takes root, name, is, secret, secrets, command and resources. */}}
{{- define "residency.command" -}}
{{- $root := .root -}}
{{- $mounted := include "residency.volumes" . | fromYaml -}}
serviceAccountName: {{ $root.Release.Name }}-{{ .name }}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext: {{- include "residency.podSecurity" . | nindent 2 }}
{{- include "residency.place" (dict "root" $root "process" $root.Values.defaults) }}
containers:
  - name: {{ .name }}
    image: {{ include "residency.image" $root }}
    imagePullPolicy: {{ $root.Values.image.pullPolicy }}
    command: {{- toYaml .command | nindent 6 }}
    env:
      {{- include "residency.secretSettings" .secrets | indent 6 }}
      {{- if ne .name "migrate" }}
      {{- include "residency.addresses" . | indent 6 }}
      {{- end }}
    resources: {{- toYaml .resources | nindent 6 }}
    securityContext: {{- include "residency.containerSecurity" . | nindent 6 }}
    volumeMounts: {{- toYaml $mounted.mounts | nindent 6 }}
volumes: {{- toYaml $mounted.volumes | nindent 2 }}
{{- end -}}

{{/* Pod of the platform team's own command; takes root and command. */}}
{{- define "residency.operatorPod" -}}
{{- $operator := .root.Values.operator -}}
{{- $pod := dict "root" .root "name" "operator" "command" .command "resources" $operator.resources -}}
{{- $_ := set $pod "is" (get (include "residency.helpers" .root | fromYaml) "operator").is -}}
{{- $_ := set $pod "secret" ($operator.existingSecret | default (printf "%s-operator" .root.Release.Name)) -}}
{{- $_ := set $pod "secrets" (concat (list "machine_secret" "nats_credentials") $operator.secrets) -}}
{{ include "residency.command" $pod }}
{{- end -}}
