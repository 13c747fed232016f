import { zodResolver } from '@hookform/resolvers/zod'
import { useMutation, useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Controller, useForm } from 'react-hook-form'
import { EditError } from '@/components/edit-conflict'
import { SwitchRow } from '@/components/switch-row'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { Field } from '@/components/ui/field'
import { Input, Textarea } from '@/components/ui/input'
import { Segmented } from '@/components/ui/segmented'
import { Select } from '@/components/ui/select'
import { useToast } from '@/components/ui/toast'
import { useI18n, type MessageKey } from '@/i18n'
import { createRule, presetsQuery, readRule, updateRule, type ContentRule } from '@/lib/api/security'
import { showFieldErrors } from '@/lib/forms'
import { useEdit } from '@/lib/use-edit'
import {
  actions,
  matchKinds,
  ruleFields,
  ruleSchema,
  scopes,
  severities,
  toBody,
  toForm,
  type RuleForm,
} from './data/schema'

const labels: Record<string, MessageKey> = {
  name: 'common.name',
  match: 'security.match',
  pattern: 'security.pattern.contains',
  scope: 'security.scope',
  severity: 'security.severity',
  action: 'security.action',
  description: 'security.description',
  enabled: 'common.enabled',
}

interface RuleDialogProps {
  rule?: ContentRule
  onClose: () => void
  onSaved: () => Promise<unknown>
}

export function RuleDialog({ rule, onClose, onSaved }: RuleDialogProps) {
  const { t } = useI18n()
  const toast = useToast()
  const presets = useQuery(presetsQuery)
  const form = useForm<RuleForm>({ resolver: zodResolver(ruleSchema(t)), defaultValues: toForm(rule) })
  const edit = useEdit({ form, read: rule && (() => readRule(rule.id)), valuesOf: toForm })
  const { errors } = form.formState
  const [match, action] = form.watch(['match', 'action'])
  const save = useMutation({
    mutationFn: async (values: RuleForm) =>
      rule ? updateRule(rule.id, toBody(values), await edit.etag()) : createRule(toBody(values)),
    onSuccess: async (saved) => {
      await onSaved()
      toast.success(t(rule ? 'common.saved' : 'security.added'), saved.name)
      onClose()
    },
    onError: (error) => showFieldErrors(error, form.setError, ruleFields),
  })

  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={rule ? t('security.editTitle', { name: rule.name }) : t('security.add')}
      footer={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button type="submit" form="rule-form" variant="primary" busy={save.isPending}>
            {rule ? t('common.save') : t('security.add')}
          </Button>
        </>
      }
    >
      <form
        id="rule-form"
        noValidate
        className="grid gap-4 sm:grid-cols-2"
        onSubmit={form.handleSubmit((values) => save.mutate(values))}
      >
        <Field label={t('common.name')} error={errors.name?.message} hint={t('security.nameHint')}>
          {(control) => (
            <Input
              {...control}
              {...form.register('name')}
              autoFocus
              autoComplete="off"
              placeholder="no-project-names"
              className="font-mono"
            />
          )}
        </Field>
        <Controller
          control={form.control}
          name="match"
          render={({ field }) => (
            <Choice label={t('security.match')}>
              <Segmented
                label={t('security.match')}
                value={field.value}
                onChange={(value) => {
                  field.onChange(value)
                  const preset = value === 'preset' ? (presets.data?.rule_presets[0]?.name ?? '') : ''
                  form.setValue('pattern', value === rule?.match ? rule.pattern : preset)
                }}
                options={matchKinds.map((kind) => ({ value: kind, label: t(`security.match.${kind}`) }))}
              />
            </Choice>
          )}
        />
        <Field
          label={t(`security.pattern.${match}`)}
          error={errors.pattern?.message}
          hint={
            match === 'preset'
              ? presets.data?.rule_presets.find((each) => each.name === form.watch('pattern'))?.description
              : t(`security.patternHint.${match}`)
          }
          className="sm:col-span-2"
        >
          {(control) =>
            match === 'preset' ? (
              <Select {...control} {...form.register('pattern')}>
                {presets.data?.rule_presets.map((preset) => (
                  <option key={preset.name} value={preset.name}>
                    {preset.name}
                  </option>
                ))}
              </Select>
            ) : (
              <Textarea
                {...control}
                {...form.register('pattern')}
                spellCheck={false}
                placeholder={match === 'regex' ? '\\bPRJ-\\d{4}\\b' : 'project falcon'}
                className="font-mono text-xs"
              />
            )
          }
        </Field>
        <Controller
          control={form.control}
          name="scope"
          render={({ field }) => (
            <Choice label={t('security.scope')}>
              <Segmented
                label={t('security.scope')}
                value={field.value}
                onChange={field.onChange}
                options={scopes.map((scope) => ({ value: scope, label: t(`security.scope.${scope}`) }))}
              />
            </Choice>
          )}
        />
        <Field label={t('security.severity')}>
          {(control) => (
            <Select {...control} {...form.register('severity')}>
              {severities.map((severity) => (
                <option key={severity} value={severity}>
                  {t(`security.severity.${severity}`)}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Controller
          control={form.control}
          name="action"
          render={({ field }) => (
            <Choice
              label={t('security.action')}
              hint={t(`security.actionHint.${action}`)}
              className="sm:col-span-2"
            >
              <Segmented
                label={t('security.action')}
                value={field.value}
                onChange={field.onChange}
                options={actions
                  .toReversed()
                  .map((each) => ({ value: each, label: t(`security.action.${each}`) }))}
              />
            </Choice>
          )}
        />
        <Field
          label={t('security.description')}
          optional={t('common.optional')}
          error={errors.description?.message}
          className="sm:col-span-2"
        >
          {(control) => <Input {...control} {...form.register('description')} />}
        </Field>
        <div className="grid gap-3 sm:col-span-2">
          <Controller
            control={form.control}
            name="enabled"
            render={({ field }) => (
              <SwitchRow
                label={t('common.enabled')}
                hint={t('security.enabledHint')}
                checked={field.value}
                onChange={field.onChange}
              />
            )}
          />
          <EditError
            edit={edit}
            error={save.error}
            onLoaded={save.reset}
            label={(name) => t(labels[name] ?? 'security.rule')}
          />
        </div>
      </form>
    </Dialog>
  )
}

/** A visible name over a group that has its own accessible one. */
function Choice(props: { label: string; hint?: string; className?: string; children: ReactNode }) {
  return (
    <div className={`grid content-start justify-items-start gap-1.5 ${props.className ?? ''}`}>
      <span aria-hidden className="text-sm font-medium">
        {props.label}
      </span>
      {props.children}
      {props.hint && <p className="text-xs text-ink-3">{props.hint}</p>}
    </div>
  )
}
