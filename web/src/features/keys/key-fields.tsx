import { useQuery } from '@tanstack/react-query'
import { Controller, useFormContext } from 'react-hook-form'
import { SwitchRow } from '@/components/switch-row'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { Select } from '@/components/ui/select'
import { useI18n, type MessageKey } from '@/i18n'
import { useAccess } from '@/lib/api/access'
import { ownersQuery, ownerTeamsQuery } from '@/lib/api/owners'
import { cacheScopes, type KeyValues } from './data/schema'

type TextField = {
  [Name in keyof KeyValues]: KeyValues[Name] extends string ? Name : never
}[keyof KeyValues]

interface TextProps {
  name: TextField
  label: MessageKey
  hint: MessageKey
  placeholder?: MessageKey
  numeric?: boolean
  mono?: boolean
  wide?: boolean
}

function Text({ name, label, hint, placeholder, numeric, mono, wide }: TextProps) {
  const { t } = useI18n()
  const { register, formState } = useFormContext<KeyValues>()
  return (
    <Field
      label={t(label)}
      optional={t('common.optional')}
      error={formState.errors[name]?.message}
      hint={t(hint)}
      className={wide ? 'sm:col-span-2' : undefined}
    >
      {(control) => (
        <Input
          {...control}
          {...register(name)}
          inputMode={numeric ? 'numeric' : undefined}
          placeholder={placeholder && t(placeholder)}
          className={mono ? 'font-mono' : numeric ? 'tnum' : undefined}
          autoComplete="off"
        />
      )}
    </Field>
  )
}

/** Whose it is; only before it is made, and only for who may choose. */
export function KeyOwner() {
  const { t } = useI18n()
  const { register, formState } = useFormContext<KeyValues>()
  const access = useAccess()
  const people = useQuery({ ...ownersQuery, enabled: access.may('keys:admin') && access.may('users:read') })
  const teams = useQuery({ ...ownerTeamsQuery, enabled: access.may('teams:read') })
  return (
    <>
      {people.data && (
        <Field label={t('keys.owner')} error={formState.errors.user_id?.message} hint={t('keys.ownerHint')}>
          {(control) => (
            <Select {...control} {...register('user_id')}>
              <option value="">{t('keys.myself')}</option>
              {people.data
                .filter((user) => user.id !== access.me?.id)
                .map((user) => (
                  <option key={user.id} value={user.id}>
                    {user.email}
                  </option>
                ))}
            </Select>
          )}
        </Field>
      )}
      {(teams.data?.length ?? 0) > 0 && (
        <Field label={t('keys.team')} error={formState.errors.team_id?.message} hint={t('keys.teamHint')}>
          {(control) => (
            <Select {...control} {...register('team_id')}>
              <option value="">{t('common.none')}</option>
              {teams.data?.map((team) => (
                <option key={team.id} value={team.id}>
                  {team.name}
                </option>
              ))}
            </Select>
          )}
        </Field>
      )}
    </>
  )
}

/** From where, and for which tools. */
export function KeyReach() {
  return (
    <>
      <Text
        name="tools"
        label="keys.allowedTools"
        hint="keys.allowedToolsHint"
        placeholder="keys.allTools"
        mono
        wide
      />
      <Text
        name="addresses"
        label="keys.addresses"
        hint="keys.addressesHint"
        placeholder="keys.anywhere"
        mono
        wide
      />
    </>
  )
}

/** What ends it, and when it must be renewed. */
export function KeyLifetime({ existing }: { existing: boolean }) {
  return (
    <>
      <Text
        name="expires_in_days"
        label="keys.expiresInDays"
        hint={existing ? 'keys.expiresKeep' : 'keys.expiresHint'}
        numeric
      />
      <Text name="inactivity_timeout_days" label="keys.inactivity" hint="keys.inactivityHint" numeric />
      <Text name="rotation_period_days" label="keys.rotationPeriod" hint="keys.rotationPeriodHint" numeric />
      <Text name="grace_period_hours" label="keys.grace" hint="keys.graceHint" numeric />
    </>
  )
}

/** Whom its calls are charged to, and what is kept of them. */
export function KeyAccounting() {
  const { t } = useI18n()
  const { control: form, register } = useFormContext<KeyValues>()
  return (
    <>
      <Text name="cost_center" label="keys.costCenter" hint="keys.costCenterHint" />
      <Text name="tags" label="keys.tags" hint="keys.tagsHint" />
      <Field label={t('keys.cacheScope')} hint={t('keys.cacheScopeHint')}>
        {(control) => (
          <Select {...control} {...register('cache_scope')}>
            {cacheScopes.map((scope) => (
              <option key={scope} value={scope}>
                {t(`keys.cacheScope.${scope || 'default'}`)}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <div className="sm:col-span-2">
        <Controller
          control={form}
          name="capture_disabled"
          render={({ field }) => (
            <SwitchRow
              label={t('keys.captureDisabled')}
              hint={t('keys.captureDisabledHint')}
              checked={field.value}
              onChange={field.onChange}
            />
          )}
        />
      </div>
    </>
  )
}
