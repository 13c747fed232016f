import type { Translate } from '@/i18n'
import type { ContentRule, ContentRuleBody } from '@/lib/api/security'
import { z } from '@/lib/zod'

export const matchKinds = ['contains', 'regex', 'preset'] as const
export const scopes = ['input', 'output'] as const
export const actions = ['log', 'warn', 'redact', 'block'] as const
export const severities = ['info', 'low', 'medium', 'high', 'critical'] as const

export const ruleSchema = (t: Translate) =>
  z.object({
    name: z.string().regex(/^[A-Za-z0-9._-]{1,64}$/, t('security.nameWrong')),
    match: z.enum(matchKinds),
    pattern: z.string().refine((value) => value.trim() !== '', t('form.required')),
    scope: z.enum(scopes),
    action: z.enum(actions),
    severity: z.enum(severities),
    enabled: z.boolean(),
    description: z.string(),
  })

export type RuleForm = z.infer<ReturnType<typeof ruleSchema>>
export const ruleFields = ['name', 'match', 'pattern', 'scope', 'action', 'severity', 'description'] as const

export const toForm = (rule: ContentRule | undefined): RuleForm => ({
  name: rule?.name ?? '',
  match: rule?.match ?? 'contains',
  pattern: rule?.pattern ?? '',
  scope: rule?.scope ?? 'input',
  action: rule?.action ?? 'block',
  severity: rule?.severity ?? 'medium',
  enabled: rule?.enabled ?? true,
  description: rule?.description ?? '',
})

export const toBody = (form: RuleForm): ContentRuleBody => ({
  ...form,
  description: form.description.trim() || null,
})
