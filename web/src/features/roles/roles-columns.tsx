import { Copy, History, Lock, Pencil, Trash2 } from 'lucide-react'
import { columnsOf } from '@/components/data-table'
import { RowMenu } from '@/components/row-menu'
import { Mono, Time } from '@/components/text'
import { Badge } from '@/components/ui/badge'
import { MenuItem, MenuSeparator } from '@/components/ui/menu'
import type { Translate } from '@/i18n'
import type { Permission, Role } from '@/lib/api/roles'
import { DangerCount } from './danger-count'
import { dangers } from './data/policy'

interface Actions {
  open: (role: Role) => void
  clone: (role: Role) => void
  history: (role: Role) => void
  remove: (role: Role) => void
}

export const columnChoices = [
  { id: 'description', label: 'security.description' },
  { id: 'permissions', label: 'roles.permissions' },
  { id: 'member_count', label: 'roles.members' },
  { id: 'updated_at', label: 'common.updated' },
] as const

const column = columnsOf<Role>()

export const roleColumns = (t: Translate, mayWrite: boolean, catalogue: Permission[], actions: Actions) => [
  column.accessor('name', {
    header: t('common.name'),
    cell: ({ row: { original: role } }) => (
      <div className="min-w-44">
        <span className="flex items-center gap-2">
          <button
            type="button"
            className="rounded text-start font-medium hover:underline"
            onClick={(event) => {
              event.stopPropagation()
              actions.open(role)
            }}
          >
            {role.display_name}
          </button>
          {role.built_in && (
            <Badge tone="outline">
              <Lock aria-hidden />
              {t('roles.builtIn')}
            </Badge>
          )}
        </span>
        <Mono className="text-ink-3">{role.name}</Mono>
      </div>
    ),
  }),
  column.accessor('description', {
    header: t('security.description'),
    enableSorting: false,
    cell: ({ getValue }) => (
      <span className="line-clamp-2 max-w-md min-w-48 text-ink-2">{getValue() || '–'}</span>
    ),
  }),
  column.accessor((role) => role.permissions.length, {
    id: 'permissions',
    header: t('roles.permissions'),
    enableSorting: false,
    cell: ({ row: { original: role } }) => (
      <span className="flex items-center gap-2 whitespace-nowrap">
        <span className="tnum text-ink-2">
          {role.permissions.length}
          {role.team_permissions.length > 0 &&
            ` + ${t('roles.inTeams', { n: role.team_permissions.length })}`}
        </span>
        <DangerCount keys={dangers(role.policy, catalogue)} />
      </span>
    ),
  }),
  column.accessor('member_count', {
    header: t('roles.members'),
    enableSorting: false,
    meta: { align: 'end' },
  }),
  column.accessor('updated_at', {
    header: t('common.updated'),
    enableSorting: false,
    cell: ({ getValue }) => <Time value={getValue()} className="text-ink-2" />,
  }),
  column.display({
    id: 'actions',
    header: () => <span className="sr-only">{t('common.actions')}</span>,
    meta: { align: 'end' },
    cell: ({ row: { original: role } }) => (
      <RowMenu name={role.display_name}>
        <MenuItem onSelect={() => actions.open(role)}>
          <Pencil aria-hidden />
          {t(mayWrite && !role.built_in ? 'common.edit' : 'users.open')}
        </MenuItem>
        {mayWrite && (
          <MenuItem onSelect={() => actions.clone(role)}>
            <Copy aria-hidden />
            {t('roles.clone')}
          </MenuItem>
        )}
        <MenuItem onSelect={() => actions.history(role)}>
          <History aria-hidden />
          {t('roles.tab.history')}
        </MenuItem>
        {mayWrite && !role.built_in && (
          <>
            <MenuSeparator />
            <MenuItem danger onSelect={() => actions.remove(role)}>
              <Trash2 aria-hidden />
              {t('common.delete')}
            </MenuItem>
          </>
        )}
      </RowMenu>
    ),
  }),
]
