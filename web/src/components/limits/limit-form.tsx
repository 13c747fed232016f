import { zodResolver } from '@hookform/resolvers/zod'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { Controller, useForm, useWatch } from 'react-hook-form'
import { useI18n } from '@/i18n'
import { setLimitBudget, setLimitRule, type LimitSubject, type LimitSubjectKind } from '@/lib/api/limits'
import type { Versioned } from '@/lib/api/problem'
import { cn } from '@/lib/cn'
import { showFieldErrors } from '@/lib/forms'
import { useEdit } from '@/lib/use-edit'
import { EditError } from '../edit-conflict'
import { SwitchRow } from '../switch-row'
import { Button } from '../ui/button'
import { Field } from '../ui/field'
import { Input } from '../ui/input'
import { Segmented } from '../ui/segmented'
import { Select } from '../ui/select'
import { readLimits, type ReadLimits } from './data/read'
import { limitRequest, limitSchema, limitValues, type LimitRequest, type LimitValues } from './data/form'
import {
  mayHaveBudgets,
  periodName,
  periods,
  surfacesOf,
  windowName,
  windows,
  type LimitItem,
} from './data/limits'

interface LimitFormProps {
  subject: LimitSubject
  /** What is changed; its slot stands fast. */
  item?: LimitItem
  /** Counts what the person did to other limits of the subject meanwhile: that is no conflict. */
  others: number
  onClose: () => void
  onSaved: () => Promise<unknown>
}

/** A rule or budget of one subject. */
export function LimitForm({ subject, item, others, onClose, onSaved }: LimitFormProps) {
  const { t } = useI18n()
  const client = useQueryClient()
  return (
    <LimitFields
      kind={subject.kind}
      item={item}
      onClose={onClose}
      className="rounded-lg border border-accent bg-panel p-3"
      read={() => readLimits(client, subject, item, t)}
      others={others}
      onSave={async (request, read) => {
        if ('rule' in request) await setLimitRule(subject, request.rule, read?.etags.rule)
        else await setLimitBudget(subject, request.budget, read?.etags.budget)
        await onSaved()
        onClose()
      }}
    />
  )
}

const labels = {
  amount: 'limits.amount',
  mode: 'limits.mode',
  enabled: 'common.enabled',
  expires_at: 'limits.expiresAt',
  reason: 'limits.reason',
} as const

interface LimitFieldsProps {
  kind: LimitSubjectKind
  item?: LimitItem
  /** Absent where the form is the page. */
  onClose?: () => void
  /** Absent where it is set for many: then there is no one version. */
  read?: () => Promise<Versioned<ReadLimits>>
  others?: number
  onSave: (request: LimitRequest, read: ReadLimits | undefined) => Promise<unknown>
  /** On the button, in place of what it says for one subject. */
  action?: string
  blocked?: boolean
  className?: string
}

/** What a rule or budget is made of, for whomever it is set. */
export function LimitFields(props: LimitFieldsProps) {
  const { kind, item, onClose, read, others = 0, onSave, action, blocked, className } = props
  const { t } = useI18n()
  const form = useForm<LimitValues>({
    resolver: zodResolver(limitSchema(t)),
    defaultValues: limitValues(kind, item),
  })
  const edit = useEdit({
    form,
    read,
    valuesOf: (now: ReadLimits) => (now.item ? limitValues(kind, now.item) : form.getValues()),
  })
  const known = useRef(others)
  useEffect(() => {
    if (others === known.current) return
    known.current = others
    void edit.refresh().catch(() => undefined)
  })
  const [type, unit, metric, temporary] = useWatch({
    control: form.control,
    name: ['type', 'unit', 'metric', 'temporary'],
  })
  const { errors } = form.formState
  const surfaces = surfacesOf(kind)

  const save = useMutation({
    mutationFn: async (values: LimitValues) => onSave(limitRequest(kind, values), await edit.base()),
    onError: (error) => showFieldErrors(error, form.setError, ['expires_at', 'reason']),
  })
  const shown =
    type === 'budget'
      ? unit === 'usd'
        ? 'usd'
        : 'weighted_tokens'
      : metric === 'tokens'
        ? 'weighted_tokens'
        : 'requests'

  return (
    <form
      noValidate
      aria-label={t(item ? 'limits.change' : 'limits.add')}
      className={cn('grid gap-3 sm:grid-cols-2', className)}
      onSubmit={(event) => {
        // The panel may stand in a form of its own subject: that one is not what is saved.
        event.stopPropagation()
        void form.handleSubmit((values) => save.mutate(values))(event)
      }}
    >
      {!item && mayHaveBudgets(kind) && (
        <Controller
          control={form.control}
          name="type"
          render={({ field }) => (
            <Segmented
              label={t('limits.type')}
              value={field.value}
              onChange={field.onChange}
              className="justify-self-start sm:col-span-2"
              options={[
                { value: 'rule', label: t('limits.rule') },
                { value: 'budget', label: t('limits.budget') },
              ]}
            />
          )}
        />
      )}
      {type === 'rule' ? (
        <>
          <Field label={t('limits.metric')}>
            {(control) => (
              <Select {...control} {...form.register('metric')} disabled={Boolean(item)}>
                <option value="requests">{t('limits.unit.requests')}</option>
                <option value="tokens">{t('limits.unit.weighted_tokens')}</option>
              </Select>
            )}
          </Field>
          <Field label={t('limits.window')}>
            {(control) => (
              <Select {...control} {...form.register('window_secs')} disabled={Boolean(item)}>
                {windows.map((seconds) => (
                  <option key={seconds} value={seconds}>
                    {t(windowName(seconds))}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          {surfaces.length > 1 && (
            <Field label={t('limits.surface')} className="sm:col-span-2">
              {(control) => (
                <Select {...control} {...form.register('surface')} disabled={Boolean(item)}>
                  <option value="ai_gateway">{t('limits.surface.ai')}</option>
                  <option value="mcp_gateway">{t('limits.surface.mcp')}</option>
                </Select>
              )}
            </Field>
          )}
        </>
      ) : (
        <>
          <Field label={t('limits.unit')}>
            {(control) => (
              <Select {...control} {...form.register('unit')} disabled={Boolean(item)}>
                <option value="usd">{t('limits.unit.usd')}</option>
                <option value="tokens">{t('limits.unit.weighted_tokens')}</option>
              </Select>
            )}
          </Field>
          <Field label={t('limits.period')}>
            {(control) => (
              <Select {...control} {...form.register('period')} disabled={Boolean(item)}>
                {periods.map((period) => (
                  <option key={period} value={period}>
                    {t(periodName(period))}
                  </option>
                ))}
              </Select>
            )}
          </Field>
        </>
      )}
      <Field label={t('limits.atMost', { unit: t(`limits.unit.${shown}`) })} error={errors.amount?.message}>
        {(control) => (
          <Input
            {...control}
            {...form.register('amount')}
            inputMode="decimal"
            autoFocus={Boolean(onClose)}
            autoComplete="off"
          />
        )}
      </Field>
      <Field label={t('limits.mode')} hint={t('limits.modeHint')}>
        {(control) => (
          <Select {...control} {...form.register('mode')}>
            <option value="soft">{t('limits.mode.soft')}</option>
            <option value="strict">{t('limits.mode.strict')}</option>
          </Select>
        )}
      </Field>
      <div className="grid gap-3 sm:col-span-2">
        <Switches form={form} locked={Boolean(item)} />
      </div>
      {temporary && (
        <Field
          label={t('limits.expiresAt')}
          error={errors.expires_at?.message}
          hint={t('limits.expiresRange')}
        >
          {(control) => <Input {...control} {...form.register('expires_at')} type="datetime-local" />}
        </Field>
      )}
      <Field
        label={t('limits.reason')}
        optional={t('common.optional')}
        error={errors.reason?.message}
        className={temporary ? undefined : 'sm:col-span-2'}
      >
        {(control) => <Input {...control} {...form.register('reason')} maxLength={500} />}
      </Field>
      <div className="grid gap-3 sm:col-span-2">
        <EditError
          edit={edit}
          error={save.error}
          onLoaded={save.reset}
          label={(name) => t(labels[name as keyof typeof labels] ?? 'limits.title')}
        />
        <div className="flex justify-end gap-2">
          {onClose && <Button onClick={onClose}>{t('common.cancel')}</Button>}
          <Button type="submit" variant="primary" busy={save.isPending} disabled={blocked}>
            {action ?? t(item ? 'common.save' : 'limits.set')}
          </Button>
        </div>
      </div>
    </form>
  )
}

function Switches({ form, locked }: { form: ReturnType<typeof useForm<LimitValues>>; locked: boolean }) {
  const { t } = useI18n()
  return (
    <>
      <Controller
        control={form.control}
        name="enabled"
        render={({ field }) => (
          <SwitchRow label={t('common.enabled')} checked={field.value} onChange={field.onChange} />
        )}
      />
      {!locked && (
        <Controller
          control={form.control}
          name="temporary"
          render={({ field }) => (
            <SwitchRow
              label={t('limits.temporary')}
              hint={t('limits.temporaryHint')}
              checked={field.value}
              onChange={field.onChange}
            />
          )}
        />
      )}
    </>
  )
}
