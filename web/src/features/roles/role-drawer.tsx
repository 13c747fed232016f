import { useQuery } from '@tanstack/react-query'
import { Lock } from 'lucide-react'
import { LimitsPanel } from '@/components/limits/limits-panel'
import { ErrorState } from '@/components/states'
import { Badge } from '@/components/ui/badge'
import { Drawer } from '@/components/ui/dialog'
import { Skeleton } from '@/components/ui/skeleton'
import { Tabs, TabsContent, TabsList, TabsTrigger } from '@/components/ui/tabs'
import { useI18n } from '@/i18n'
import { useAccess } from '@/lib/api/access'
import { roleQuery, type Role } from '@/lib/api/roles'
import { roleTabs, type RolesProps, type RoleTab } from './data/search'
import { HistoryTab } from './history-tab'
import { MembersTab } from './members-tab'
import { PolicyTab } from './policy-tab'

interface RoleDrawerProps extends RolesProps {
  id: string
  onClose: () => void
  onChanged: () => Promise<unknown>
}

export function RoleDrawer({ id, search, onSearch, onClose, onChanged }: RoleDrawerProps) {
  const { t } = useI18n()
  const access = useAccess()
  const isNew = id === 'new'
  const query = useQuery({ ...roleQuery(id), enabled: !isNew })
  const role = query.data
  const mayRead = access.may('roles:read')
  const shown = roleTabs.filter((tab) =>
    tab === 'limits' ? access.may('limits:read') : tab === 'policy' || mayRead,
  )
  const current = shown.find((tab) => tab === search.tab) ?? 'policy'
  const title = isNew ? t('roles.create') : (role?.display_name ?? t('nav.roles'))
  const readOnly = (each: Role) =>
    !access.may('roles:write') ||
    (each.built_in && (each.name === 'super_admin' || !access.may('roles:edit_built_in')))

  return (
    <Drawer
      open
      onOpenChange={(open) => !open && onClose()}
      label={title}
      className="sm:max-w-3xl"
      title={
        <>
          <span className="truncate text-base font-semibold tracking-tight">{title}</span>
          {role?.built_in && (
            <Badge tone="outline">
              <Lock aria-hidden />
              {t('roles.builtIn')}
            </Badge>
          )}
        </>
      }
    >
      {isNew ? (
        <div className="p-4 sm:p-5">
          <PolicyTab
            readOnly={!access.may('roles:write')}
            search={search}
            onSearch={onSearch}
            onSaved={async (made) => {
              await onChanged()
              onSearch({ id: made.id })
            }}
          />
        </div>
      ) : query.isError ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : !role ? (
        <div className="grid gap-3 p-5">
          <Skeleton className="w-1/2" />
          <Skeleton className="h-64" />
        </div>
      ) : (
        <Tabs
          value={current}
          onValueChange={(tab) => onSearch({ tab: tab === 'policy' ? undefined : (tab as RoleTab) })}
        >
          <TabsList aria-label={t('users.about', { name: role.display_name })}>
            {shown.map((tab) => (
              <TabsTrigger key={tab} value={tab}>
                {t(`roles.tab.${tab}`)}
                {tab === 'members' && ` (${role.member_count})`}
              </TabsTrigger>
            ))}
          </TabsList>
          <TabsContent value={current} className="p-4 sm:p-5">
            {current === 'policy' && (
              <PolicyTab
                key={role.updated_at}
                role={role}
                readOnly={readOnly(role)}
                search={search}
                onSearch={onSearch}
                onSaved={onChanged}
              />
            )}
            {current === 'members' && <MembersTab role={role} />}
            {current === 'limits' && (
              <LimitsPanel subject={{ kind: 'role', id: role.id }} hint={t('limits.hint.role')} />
            )}
            {current === 'history' && <HistoryTab role={role} />}
          </TabsContent>
        </Tabs>
      )}
    </Drawer>
  )
}
