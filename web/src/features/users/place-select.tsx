import { useQuery } from '@tanstack/react-query'
import { Field } from '@/components/ui/field'
import { Select } from '@/components/ui/select'
import { useI18n } from '@/i18n'
import { useAccess } from '@/lib/api/access'
import { teamsQuery } from '@/lib/api/people'

interface PlaceSelectProps {
  value: string | undefined
  onChange: (team: string | undefined) => void
}

/** Outside teams, or in one of them: permissions differ by place. */
export function PlaceSelect({ value, onChange }: PlaceSelectProps) {
  const { t } = useI18n()
  const access = useAccess()
  const teams = useQuery({ ...teamsQuery, enabled: access.maySomewhere('teams:read', 'teams:read_own') })
  return (
    <Field label={t('users.where')}>
      {(control) => (
        <Select
          {...control}
          value={value ?? ''}
          onChange={(event) => onChange(event.target.value || undefined)}
        >
          <option value="">{t('users.outsideTeams')}</option>
          {teams.data?.items.map((team) => (
            <option key={team.id} value={team.id}>
              {t('users.inTeam', { team: team.name })}
            </option>
          ))}
        </Select>
      )}
    </Field>
  )
}
