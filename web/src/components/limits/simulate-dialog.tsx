import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useI18n } from '@/i18n'
import { useAccess } from '@/lib/api/access'
import { modelsQuery, providersQuery } from '@/lib/api/catalog'
import { keysQuery } from '@/lib/api/keys'
import { simulateLimits, type Simulation } from '@/lib/api/limits'
import { ownersQuery } from '@/lib/api/owners'
import { FormError } from '../states'
import { Button } from '../ui/button'
import { Dialog } from '../ui/dialog'
import { Field } from '../ui/field'
import { Select } from '../ui/select'
import { EffectiveLimits } from './user-limits'

interface SimulateDialogProps {
  /** What is known already of the call. */
  call?: Simulation
  onClose: () => void
}

interface Choice {
  id: string
  name: string
}

/** Which limits a call would meet, and what is left of them, without making it. */
export function SimulateDialog({ call = {}, onClose }: SimulateDialogProps) {
  const { t } = useI18n()
  const access = useAccess()
  const mayPeople = access.may('users:read')
  const people = useQuery({ ...ownersQuery, enabled: mayPeople })
  const keys = useQuery(keysQuery)
  const models = useQuery(modelsQuery)
  const providers = useQuery(providersQuery)
  const [asked, setAsked] = useState<Simulation>({ surface: 'ai_gateway', ...call })
  const simulate = useMutation({ mutationFn: () => simulateLimits(asked) })

  const set = (change: Partial<Simulation>) => {
    simulate.reset()
    setAsked({ ...asked, ...change })
  }
  // A key's calls are those of its owner.
  const choose = (id: string | null) => {
    const owner = keys.data?.items.find((key) => key.id === id)?.user_id
    set({ key_id: id, ...(owner ? { user_id: owner } : {}) })
  }
  const live = keys.data?.items.filter((key) => key.status !== 'revoked' && !key.ephemeral) ?? []

  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t('limits.simulate')}
      description={t('limits.simulateHint')}
      footer={
        <>
          <Button onClick={onClose}>{t('common.close')}</Button>
          <Button type="submit" form="simulate-form" variant="primary" busy={simulate.isPending}>
            {t('limits.simulateRun')}
          </Button>
        </>
      }
    >
      <form
        id="simulate-form"
        className="grid gap-4 sm:grid-cols-2"
        onSubmit={(event) => {
          event.preventDefault()
          event.stopPropagation()
          simulate.mutate()
        }}
      >
        <Field label={t('limits.surface')} className="sm:col-span-2">
          {(control) => (
            <Select
              {...control}
              value={asked.surface ?? ''}
              onChange={(event) => set({ surface: event.target.value })}
            >
              <option value="ai_gateway">{t('limits.surface.ai')}</option>
              <option value="mcp_gateway">{t('limits.surface.mcp')}</option>
            </Select>
          )}
        </Field>
        <Pick
          label={t('limits.simulateKey')}
          value={asked.key_id}
          choices={live.map((key) => ({ id: key.id, name: `${key.name} · ${key.key_prefix}…` }))}
          onChange={choose}
        />
        {people.data && (
          <Pick
            label={t('limits.simulateUser')}
            value={asked.user_id}
            choices={people.data.map((user) => ({ id: user.id, name: user.email }))}
            onChange={(id) => set({ user_id: id })}
          />
        )}
        {asked.surface === 'ai_gateway' && (
          <>
            <Pick
              label={t('limits.simulateModel')}
              value={asked.model_id}
              choices={(models.data?.items ?? []).map((model) => ({
                id: model.model_id,
                name: model.model_id,
              }))}
              onChange={(id) => set({ model_id: id })}
            />
            <Pick
              label={t('limits.simulateProvider')}
              value={asked.provider_id}
              choices={(providers.data?.items ?? []).map((each) => ({
                id: each.id,
                name: each.display_name,
              }))}
              onChange={(id) => set({ provider_id: id })}
            />
          </>
        )}
      </form>
      <div className="mt-4 grid gap-3" aria-live="polite">
        <FormError error={simulate.error} />
        {simulate.data && <EffectiveLimits limits={simulate.data.items} empty={t('limits.noneApply')} />}
      </div>
    </Dialog>
  )
}

interface PickProps {
  label: string
  value: string | null | undefined
  choices: Choice[]
  onChange: (id: string | null) => void
}

function Pick({ label, value, choices, onChange }: PickProps) {
  const { t } = useI18n()
  return (
    <Field label={label} optional={t('common.optional')}>
      {(control) => (
        <Select {...control} value={value ?? ''} onChange={(event) => onChange(event.target.value || null)}>
          <option value="">{t('limits.anyOne')}</option>
          {choices.map((choice) => (
            <option key={choice.id} value={choice.id}>
              {choice.name}
            </option>
          ))}
        </Select>
      )}
    </Field>
  )
}
