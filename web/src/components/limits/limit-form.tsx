import { zodResolver } from '@hookform/resolvers/zod'
import { useMutation } from '@tanstack/react-query'
import { Controller, useForm, useWatch } from 'react-hook-form'
import { useI18n } from '@/i18n'
import { setLimitBudget, setLimitRule, type LimitSubject, type LimitSubjectKind } from '@/lib/api/limits'
import { cn } from '@/lib/cn'
import { showFieldErrors } from '@/lib/forms'
import { FormError } from '../states'
import { SwitchRow } from '../switch-row'
import { Button } from '../ui/button'
import { Field } from '../ui/field'
import { Input } from '../ui/input'
import { Segmented } from '../ui/segmented'
import { Select } from '../ui/select'
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
  onClose: () => void
  onSaved: () => Promise<unknown>
}

/** A rule or budget of one subject. */
export function LimitForm({ subject, item, onClose, onSaved }: LimitFormProps) {
  return (
    <LimitFields
      kind={subject.kind}
      item={item}
      onClose={onClose}
      className="rounded-lg border border-accent bg-panel p-3"
      onSave={async (request) => {
        if ('rule' in request) await setLimitRule(subject, request.rule)
        else await setLimitBudget(subject, request.budget)
        await onSaved()
        onClose()
      }}
    />
  )
}

interface LimitFieldsProps {
  kind: LimitSubjectKind
  item?: LimitItem
  /** Absent where the form is the page. */
  onClose?: () => void
  onSave: (request: LimitRequest) => Promise<unknown>
  /** On the button, in place of what it says for one subject. */
  action?: string
  blocked?: boolean
  className?: string
}

/** What a rule or budget is made of, for whomever it is set. */
export function LimitFields({ kind, item, onClose, onSave, action, blocked, className }: LimitFieldsProps) {
  const { t } = useI18n()
  const form = useForm<LimitValues>({
    resolver: zodResolver(limitSchema(t)),
    defaultValues: limitValues(kind, item),
  })
  const [type, unit, metric, temporary] = useWatch({
    control: form.control,
    name: ['type', 'unit', 'metric', 'temporary'],
  })
  const { errors } = form.formState
  const surfaces = surfacesOf(kind)

  const save = useMutation({
    mutationFn: (values: LimitValues) => onSave(limitRequest(kind, values)),
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
        <FormError error={save.error} />
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
