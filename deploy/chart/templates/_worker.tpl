{{/* How versions of the workers take over from each other (Temporal worker controller); takes root and name.
     The build id is the image's own: a change of a setting rolls the pods of a version, and makes no new one. */}}
{{- define "residency.rollout" -}}
{{- $worker := .root.Values.worker -}}
workerOptions:
  connectionRef: {name: {{ .root.Release.Name }}-{{ .name }}}
  temporalNamespace: {{ .root.Values.temporal.namespace }}
  unsafeCustomBuildID: {{ include "residency.buildId" .root | quote }}
rollout:
  strategy: {{ $worker.strategy }}
  {{- if eq $worker.strategy "Progressive" }}
  steps: {{- toYaml $worker.steps | nindent 4 }}
  {{- end }}
  {{- with $worker.gateWorkflow }}
  gate: {workflowType: {{ . }}}
  {{- end }}
sunset:
  scaledownDelay: {{ $worker.scaledownDelay }}
  deleteDelay: {{ $worker.deleteDelay }}
{{- end -}}
