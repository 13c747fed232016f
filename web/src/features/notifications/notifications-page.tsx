import NotificationList from '@/components/notifications/notification-list'
import { WebhookSettings } from '@/components/notifications/webhook-settings'
import { Page, Panel } from '@/components/page'
import { useI18n } from '@/i18n'
import { useAccess } from '@/lib/api/access'

/** All that the bell has told, and where it is sent on. */
export function NotificationsPage() {
  const { t } = useI18n()
  const access = useAccess()
  const mayRead = access.may('settings:read')
  return (
    <Page title={t('nav.notifications')} description={t('bell.lead')}>
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <section className="panel flex min-w-0 flex-col overflow-hidden" aria-label={t('bell.title')}>
          <NotificationList />
        </section>
        {mayRead && (
          <Panel title={t('webhook.title')}>
            <WebhookSettings readOnly={!access.may('settings:write')} />
          </Panel>
        )}
      </div>
    </Page>
  )
}
