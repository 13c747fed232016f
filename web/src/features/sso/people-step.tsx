import { useQuery } from '@tanstack/react-query'
import { Plus, Trash2 } from 'lucide-react'
import { Controller, useFieldArray, useFormContext } from 'react-hook-form'
import { SwitchRow } from '@/components/switch-row'
import { Button } from '@/components/ui/button'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { Select } from '@/components/ui/select'
import { useI18n } from '@/i18n'
import { useAccess } from '@/lib/api/access'
import { teamsQuery } from '@/lib/api/people'
import { rolesQuery } from '@/lib/api/roles'
import type { SsoValues } from './data/schema'

/** Who comes in and as what. */
export function PeopleStep() {
  const { t } = useI18n()
  const access = useAccess()
  const form = useFormContext<SsoValues>()
  const { errors } = form.formState
  const mappings = useFieldArray({ control: form.control, name: 'mappings' })
  const roles = useQuery({ ...rolesQuery, enabled: access.maySomewhere('roles:read') })
  const teams = useQuery({ ...teamsQuery, enabled: access.maySomewhere('teams:read', 'teams:read_own') })
  const roleOptions = (current: string) => {
    const names = roles.data?.items.map((role) => role.name) ?? []
    return current && !names.includes(current) ? [current, ...names] : names
  }

  return (
    <>
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label={t('sso.nameClaim')} error={errors.name_claim?.message}>
          {(control) => <Input {...control} {...form.register('name_claim')} className="font-mono" />}
        </Field>
        <Field
          label={t('sso.groupsClaim')}
          hint={t('sso.groupsClaimHint')}
          error={errors.groups_claim?.message}
        >
          {(control) => <Input {...control} {...form.register('groups_claim')} className="font-mono" />}
        </Field>
      </div>
      <Controller
        control={form.control}
        name="create_users"
        render={({ field }) => (
          <SwitchRow
            label={t('sso.createUsers')}
            hint={t('sso.createUsersHint')}
            checked={field.value}
            onChange={field.onChange}
          />
        )}
      />
      <div className="grid gap-4 sm:grid-cols-2">
        <Field
          label={t('sso.defaultRole')}
          hint={t('sso.defaultRoleHint')}
          error={errors.default_role?.message}
        >
          {(control) => (
            <Controller
              control={form.control}
              name="default_role"
              render={({ field }) => (
                <Select {...control} {...field}>
                  <option value="">{t('sso.noRole')}</option>
                  {roleOptions(field.value).map((name) => (
                    <option key={name}>{name}</option>
                  ))}
                </Select>
              )}
            />
          )}
        </Field>
        <Field
          label={t('sso.emailDomains')}
          optional={t('common.optional')}
          hint={t('sso.emailDomainsHint')}
          error={errors.email_domains?.message}
        >
          {(control) => <Input {...control} {...form.register('email_domains')} placeholder="example.com" />}
        </Field>
      </div>
      <fieldset className="grid gap-2">
        <legend className="mb-1 text-sm font-medium">{t('sso.mappings')}</legend>
        <p className="text-xs text-ink-3">{t('sso.mappingsHint')}</p>
        {mappings.fields.map((row, index) => (
          <div key={row.id} className="grid items-start gap-2 sm:grid-cols-[1fr_1fr_1fr_auto]">
            <Field label={t('sso.group')} error={errors.mappings?.[index]?.group?.message}>
              {(control) => (
                <Input {...control} {...form.register(`mappings.${index}.group`)} className="font-mono" />
              )}
            </Field>
            <Field label={t('sso.role')} error={errors.mappings?.[index]?.role?.message}>
              {(control) => (
                <Controller
                  control={form.control}
                  name={`mappings.${index}.role`}
                  render={({ field }) => (
                    <Select {...control} {...field}>
                      <option value="">{t('sso.noRole')}</option>
                      {roleOptions(field.value).map((name) => (
                        <option key={name}>{name}</option>
                      ))}
                    </Select>
                  )}
                />
              )}
            </Field>
            <Field label={t('sso.team')} error={errors.mappings?.[index]?.team_id?.message}>
              {(control) => (
                <Controller
                  control={form.control}
                  name={`mappings.${index}.team_id`}
                  render={({ field }) => (
                    <Select {...control} {...field}>
                      <option value="">{t('sso.everywhere')}</option>
                      {teams.data?.items.map((team) => (
                        <option key={team.id} value={team.id}>
                          {team.name}
                        </option>
                      ))}
                    </Select>
                  )}
                />
              )}
            </Field>
            <Button
              variant="ghost"
              size="icon"
              className="sm:mt-6"
              aria-label={t('sso.removeMapping', { number: index + 1 })}
              onClick={() => mappings.remove(index)}
            >
              <Trash2 aria-hidden />
            </Button>
          </div>
        ))}
        <Button
          className="justify-self-start"
          onClick={() => mappings.append({ group: '', role: '', team_id: '' })}
        >
          <Plus aria-hidden />
          {t('sso.addMapping')}
        </Button>
      </fieldset>
    </>
  )
}
