import { LimitsPanel } from '@/components/limits/limits-panel'
import { UserLimits } from '@/components/limits/user-limits'
import { useI18n } from '@/i18n'
import type { User } from '@/lib/api/people'

/** What is set for this person, and all that their calls meet besides: of their roles, teams, the organisation. */
export function LimitsTab({ user }: { user: User }) {
  const { t } = useI18n()
  return (
    <div className="grid gap-6">
      <LimitsPanel subject={{ kind: 'user', id: user.id }} />
      <section className="grid gap-3" aria-labelledby="effective-limits">
        <h2 id="effective-limits" className="text-base font-semibold">
          {t('limits.effective')}
        </h2>
        <UserLimits userId={user.id} />
      </section>
    </div>
  )
}
