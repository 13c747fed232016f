import { useQuery } from '@tanstack/react-query'
import { Bell as BellIcon } from 'lucide-react'
import { useNavigate } from '@tanstack/react-router'
import { Popover } from 'radix-ui'
import { lazy, Suspense, useState } from 'react'
import { useI18n } from '@/i18n'
import { notificationsQuery } from '@/lib/api/notifications'
import { Skeleton } from '../ui/skeleton'

const NotificationList = lazy(() => import('./notification-list'))

/** How many notifications are unread, on every page; which they are on a click. */
export function Bell() {
  const { t } = useI18n()
  const [open, setOpen] = useState(false)
  const navigate = useNavigate()
  const notifications = useQuery(notificationsQuery)
  const unread = notifications.data?.unread ?? 0
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger
        aria-label={unread > 0 ? t('bell.unread', { count: unread, n: unread }) : t('bell.title')}
        className="relative inline-flex size-8 items-center justify-center rounded-md text-ink-2 transition-colors hover:bg-hover hover:text-ink"
      >
        <BellIcon className="size-4" aria-hidden />
        {unread > 0 && (
          <span
            className="tnum absolute end-0 top-0 min-w-4 rounded-full bg-bad px-1 text-center text-[10px]/4 font-semibold text-panel"
            aria-hidden
          >
            {unread > 99 ? '99+' : unread}
          </span>
        )}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="end"
          sideOffset={6}
          collisionPadding={8}
          aria-label={t('bell.title')}
          className="pop-in z-50 flex max-h-[70vh] w-96 max-w-[calc(100vw-1rem)] flex-col overflow-hidden rounded-lg border border-line bg-raised shadow-pop outline-none"
        >
          <Suspense fallback={<Skeleton className="m-3 h-12" />}>
            <NotificationList
              onGone={() => setOpen(false)}
              onSettings={() => {
                setOpen(false)
                void navigate({ to: '/admin/notifications' })
              }}
            />
          </Suspense>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}
