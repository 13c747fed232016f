import { useQuery } from '@tanstack/react-query'
import { CircleHelp } from 'lucide-react'
import { DangerBadge, PermissionKey } from '@/components/permission'
import { EmptyState, ErrorState } from '@/components/states'
import { Button } from '@/components/ui/button'
import { Skeleton } from '@/components/ui/skeleton'
import { useI18n } from '@/i18n'
import { useAccess } from '@/lib/api/access'
import { userPermissionsQuery, type User } from '@/lib/api/people'
import { permissionsQuery } from '@/lib/api/roles'
import { heldIn, groupByResource } from './data/permissions'
import type { UsersProps } from './data/search'
import { PlaceSelect } from './place-select'

/** What the roles come to in one place, each permission with the way to the reason. */
export function PermissionsTab({
  user,
  mayExplain,
  search,
  onSearch,
}: UsersProps & { user: User; mayExplain: boolean }) {
  const { t } = useI18n()
  const access = useAccess()
  const held = useQuery(userPermissionsQuery(user.id))
  const catalogue = useQuery({ ...permissionsQuery, enabled: access.maySomewhere('roles:read') })
  if (held.isError) return <ErrorState error={held.error} onRetry={() => void held.refetch()} />
  if (!held.data) return <Skeleton className="h-64" />
  const keys = heldIn(held.data, search.place)
  const known = new Map(catalogue.data?.items.map((each) => [each.key, each]))

  return (
    <div className="grid gap-4">
      <div className="flex flex-wrap items-end justify-between gap-3">
        <div className="w-full sm:w-64">
          <PlaceSelect value={search.place} onChange={(place) => onSearch({ place })} />
        </div>
        <p className="text-sm text-ink-2" aria-live="polite">
          {t('users.holds', { n: keys.length })}
        </p>
      </div>
      {keys.length === 0 && (
        <EmptyState icon={CircleHelp} title={t('users.holdsNone')}>
          {t('users.holdsNoneHint')}
        </EmptyState>
      )}
      {groupByResource(keys).map(([resource, group]) => (
        <section key={resource} aria-label={resource}>
          <h3 className="mb-1 font-mono text-xs font-semibold text-ink-2">{resource}</h3>
          <ul className="divide-y divide-line rounded-lg border border-line">
            {group.map((key) => (
              <li key={key} className="flex min-h-9 items-center gap-3 px-3 py-1.5">
                <div className="min-w-0 flex-1">
                  <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
                    <PermissionKey value={key} />
                    {known.get(key)?.dangerous && <DangerBadge />}
                  </p>
                  {known.get(key) && <p className="text-xs text-ink-3">{known.get(key)?.description}</p>}
                </div>
                {mayExplain && (
                  <Button
                    variant="ghost"
                    size="sm"
                    onClick={() => onSearch({ tab: 'explain', permission: key, resource: undefined })}
                    aria-label={t('users.whyOf', { permission: key })}
                  >
                    {t('users.why')}
                  </Button>
                )}
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  )
}
