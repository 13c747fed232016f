import {
  Ban,
  CircleCheck,
  Fingerprint,
  KeyRound,
  LogOut,
  Pencil,
  RotateCcw,
  ShieldCheck,
  ShieldOff,
  Trash2,
} from 'lucide-react'
import { Avatar } from '@/components/avatar'
import { columnsOf } from '@/components/data-table'
import { RowMenu } from '@/components/row-menu'
import { StatusBadge, type HealthTone } from '@/components/status'
import { Time } from '@/components/text'
import { Badge } from '@/components/ui/badge'
import { MenuItem, MenuSeparator } from '@/components/ui/menu'
import { Tooltip } from '@/components/ui/tooltip'
import type { Translate } from '@/i18n'
import type { Access } from '@/lib/api/access'
import type { User } from '@/lib/api/people'
import { stateOf, type UserState } from './data/schema'

export interface UserActions {
  open: (user: User) => void
  setEnabled: (user: User, enabled: boolean) => void
  reset: (user: User) => void
  logout: (user: User) => void
  removeTotp: (user: User) => void
  remove: (user: User) => void
  restore: (user: User) => void
}

export const stateTones: Record<UserState, HealthTone> = {
  active: 'ok',
  invited: 'warn',
  disabled: 'off',
  deleted: 'bad',
}

export const columnChoices = [
  { id: 'roles', label: 'nav.roles' },
  { id: 'teams', label: 'nav.teams' },
  { id: 'totp', label: 'users.totp' },
  { id: 'last_login_at', label: 'users.lastLogin' },
  { id: 'created_at', label: 'common.created' },
] as const

const column = columnsOf<User>()

export const userColumns = (
  t: Translate,
  access: Access,
  teams: Map<string, string>,
  actions: UserActions,
) => [
  column.accessor('email', {
    header: t('common.name'),
    cell: ({ row: { original: user } }) => (
      <div className="flex max-w-72 min-w-52 items-center gap-2.5">
        <Avatar name={user.display_name || user.email} service={user.kind === 'service_account'} />
        <div className="min-w-0">
          <div className="flex items-center gap-1.5">
            {user.status === 'deleted' ? (
              <span className="font-medium">{user.display_name}</span>
            ) : (
              <button
                type="button"
                className="rounded text-start font-medium hover:underline"
                onClick={(event) => {
                  event.stopPropagation()
                  actions.open(user)
                }}
              >
                {user.display_name}
              </button>
            )}
            {user.sso && <SsoMark t={t} />}
          </div>
          <div className="truncate text-xs text-ink-3" title={user.email}>
            {user.email}
          </div>
        </div>
      </div>
    ),
  }),
  column.accessor((user) => stateOf(user), {
    id: 'state',
    header: t('common.status'),
    enableSorting: false,
    cell: ({ row: { original: user } }) => (
      <StatusBadge tone={stateTones[stateOf(user)]}>{t(`users.state.${stateOf(user)}`)}</StatusBadge>
    ),
  }),
  column.accessor((user) => user.roles.join(' '), {
    id: 'roles',
    header: t('nav.roles'),
    enableSorting: false,
    cell: ({ row: { original: user } }) => <Names names={user.roles} none={t('common.none')} />,
  }),
  column.accessor((user) => user.team_ids.length, {
    id: 'teams',
    header: t('nav.teams'),
    enableSorting: false,
    cell: ({ row: { original: user } }) => (
      <Names names={user.team_ids.map((id) => teams.get(id) ?? '…')} none={t('common.none')} />
    ),
  }),
  column.accessor('totp_enabled', {
    id: 'totp',
    header: t('users.totp'),
    enableSorting: false,
    cell: ({ getValue }) =>
      getValue() ? (
        <span className="inline-flex items-center gap-1 text-ok">
          <ShieldCheck className="size-4" aria-hidden />
          {t('users.totpOn')}
        </span>
      ) : (
        <span className="text-ink-3">{t('users.totpOff')}</span>
      ),
  }),
  column.accessor('last_login_at', {
    header: t('users.lastLogin'),
    enableSorting: false,
    cell: ({ getValue }) =>
      getValue() ? (
        <Time value={getValue()} className="text-ink-2" />
      ) : (
        <span className="text-ink-3">{t('common.never')}</span>
      ),
  }),
  column.accessor('created_at', {
    header: t('common.created'),
    cell: ({ getValue }) => <Time value={getValue()} className="text-ink-2" />,
  }),
  column.display({
    id: 'actions',
    header: () => <span className="sr-only">{t('common.actions')}</span>,
    meta: { align: 'end' },
    cell: ({ row: { original: user } }) => <UserMenu user={user} t={t} access={access} actions={actions} />,
  }),
]

function SsoMark({ t }: { t: Translate }) {
  return (
    <Tooltip content={t('users.ssoHint')}>
      <Badge tone="info" tabIndex={0}>
        <Fingerprint aria-hidden />
        {t('users.sso')}
      </Badge>
    </Tooltip>
  )
}

function Names({ names, none }: { names: string[]; none: string }) {
  if (names.length === 0) return <span className="text-ink-3">{none}</span>
  return (
    <span className="flex gap-1" title={names.join(', ')}>
      {names.slice(0, 2).map((name) => (
        <Badge key={name} className="max-w-40 truncate">
          {name}
        </Badge>
      ))}
      {names.length > 2 && <Badge tone="outline">+{names.length - 2}</Badge>}
    </span>
  )
}

function UserMenu(props: { user: User; t: Translate; access: Access; actions: UserActions }) {
  const { user, t, access, actions } = props
  const self = user.id === access.me?.id
  const mayChange = access.may('users:update') || user.team_ids.some((id) => access.mayIn('users:update', id))
  const mayLogout =
    access.may('sessions:revoke') || user.team_ids.some((id) => access.mayIn('sessions:revoke', id))
  const mayDelete = access.may('users:delete')
  if (user.status === 'deleted') {
    return mayDelete ? (
      <RowMenu name={user.display_name}>
        <MenuItem onSelect={() => actions.restore(user)}>
          <RotateCcw aria-hidden />
          {t('users.restore')}
        </MenuItem>
      </RowMenu>
    ) : null
  }
  const person = user.kind === 'person'
  return (
    <RowMenu name={user.display_name}>
      <MenuItem onSelect={() => actions.open(user)}>
        <Pencil aria-hidden />
        {t(mayChange ? 'common.edit' : 'users.open')}
      </MenuItem>
      {mayChange && person && (
        <MenuItem onSelect={() => actions.reset(user)}>
          <KeyRound aria-hidden />
          {t('users.reset')}
        </MenuItem>
      )}
      {mayChange && user.totp_enabled && !self && (
        <MenuItem onSelect={() => actions.removeTotp(user)}>
          <ShieldOff aria-hidden />
          {t('users.removeTotp')}
        </MenuItem>
      )}
      {mayLogout && person && !self && (
        <MenuItem onSelect={() => actions.logout(user)}>
          <LogOut aria-hidden />
          {t('users.logout')}
        </MenuItem>
      )}
      {!self && (mayChange || mayDelete) && <MenuSeparator />}
      {mayChange && !self && (
        <MenuItem onSelect={() => actions.setEnabled(user, user.status === 'disabled')}>
          {user.status === 'disabled' ? <CircleCheck aria-hidden /> : <Ban aria-hidden />}
          {t(user.status === 'disabled' ? 'users.enable' : 'users.disable')}
        </MenuItem>
      )}
      {mayDelete && !self && (
        <MenuItem danger onSelect={() => actions.remove(user)}>
          <Trash2 aria-hidden />
          {t('common.delete')}
        </MenuItem>
      )}
    </RowMenu>
  )
}
