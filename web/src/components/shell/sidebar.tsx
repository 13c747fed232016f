import { Link } from '@tanstack/react-router'
import { useI18n } from '@/i18n'
import { useAccess } from '@/lib/api/access'
import { navigationFor } from './navigation'

export function Navigation({ onNavigate }: { onNavigate?: () => void }) {
  const { t } = useI18n()
  const access = useAccess()
  return (
    <nav aria-label={t('nav.main')} className="grid gap-4 p-3">
      {navigationFor(access).map((group, index) => (
        <div key={index}>
          {group.label && (
            <p className="px-2.5 pb-1 text-2xs font-semibold tracking-wider text-ink-3 uppercase">
              {t(group.label)}
            </p>
          )}
          <ul className="grid gap-px">
            {group.items.map((item) => (
              <li key={item.to}>
                <Link
                  to={item.to}
                  activeOptions={{ exact: item.to === '/', includeSearch: false }}
                  onClick={onNavigate}
                  className="group flex h-8 items-center gap-2.5 rounded-md px-2.5 text-sm font-medium text-ink-2 transition-colors hover:bg-hover hover:text-ink data-[status=active]:bg-accent-soft data-[status=active]:text-accent-text"
                >
                  <item.icon className="size-4 shrink-0 opacity-80" aria-hidden />
                  {t(item.label)}
                </Link>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </nav>
  )
}
