import { Pencil, Trash2, UsersRound } from 'lucide-react'
import { columnsOf } from '@/components/data-table'
import { RowMenu } from '@/components/row-menu'
import { Mono, Time } from '@/components/text'
import { MenuItem, MenuSeparator } from '@/components/ui/menu'
import type { Translate } from '@/i18n'
import type { Access } from '@/lib/api/access'
import type { Team } from '@/lib/api/people'

interface Actions {
  open: (team: Team) => void
  members: (team: Team) => void
  remove: (team: Team) => void
}

export const columnChoices = [
  { id: 'cost_center', label: 'keys.costCenter' },
  { id: 'member_count', label: 'teams.members' },
  { id: 'created_at', label: 'common.created' },
] as const

const column = columnsOf<Team>()

export const teamColumns = (t: Translate, access: Access, actions: Actions) => [
  column.accessor('name', {
    header: t('common.name'),
    cell: ({ row: { original: team } }) => (
      <div className="min-w-48">
        <button
          type="button"
          className="rounded text-start font-medium hover:underline"
          onClick={(event) => {
            event.stopPropagation()
            actions.open(team)
          }}
        >
          {team.name}
        </button>
        {team.description && <div className="max-w-md truncate text-xs text-ink-3">{team.description}</div>}
      </div>
    ),
  }),
  column.accessor('cost_center', {
    header: t('keys.costCenter'),
    enableSorting: false,
    cell: ({ getValue }) =>
      getValue() ? (
        <Mono className="text-ink-2">{getValue()}</Mono>
      ) : (
        <span className="text-ink-3">{t('common.none')}</span>
      ),
  }),
  column.accessor('member_count', {
    header: t('teams.members'),
    enableSorting: false,
    meta: { align: 'end' },
  }),
  column.accessor('created_at', {
    header: t('common.created'),
    enableSorting: false,
    cell: ({ getValue }) => <Time value={getValue()} className="text-ink-2" />,
  }),
  column.display({
    id: 'actions',
    header: () => <span className="sr-only">{t('common.actions')}</span>,
    meta: { align: 'end' },
    cell: ({ row: { original: team } }) => (
      <RowMenu name={team.name}>
        <MenuItem onSelect={() => actions.open(team)}>
          <Pencil aria-hidden />
          {t(access.mayIn('teams:write', team.id) ? 'common.edit' : 'users.open')}
        </MenuItem>
        <MenuItem onSelect={() => actions.members(team)}>
          <UsersRound aria-hidden />
          {t('teams.members')}
        </MenuItem>
        {access.mayIn('teams:delete', team.id) && (
          <>
            <MenuSeparator />
            <MenuItem danger onSelect={() => actions.remove(team)}>
              <Trash2 aria-hidden />
              {t('common.delete')}
            </MenuItem>
          </>
        )}
      </RowMenu>
    ),
  }),
]
