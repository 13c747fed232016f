import { useQuery } from '@tanstack/react-query'
import { Fingerprint } from 'lucide-react'
import { Button } from '@/components/ui/button'
import { useI18n } from '@/i18n'
import { ssoOfferQuery, ssoStartPath } from '@/lib/api/sso'
import { ssoErrorText } from '@/lib/sso-errors'

export interface SsoEntranceProps {
  connection?: string
  /** Why the last sign-in through the provider did not go through. */
  error?: string
}

/** The other door: a plain link, because the server sends the browser on to the provider. */
export function SsoEntrance({ connection, error, redirectTo }: SsoEntranceProps & { redirectTo: string }) {
  const { t } = useI18n()
  const { data: offer } = useQuery(ssoOfferQuery(connection))
  if (!offer?.active && !error) return null
  return (
    <div className="mt-4 grid gap-4">
      {error && (
        <p role="alert" className="rounded-md bg-bad-soft px-3 py-2 text-sm text-bad">
          {ssoErrorText(error, t)}
        </p>
      )}
      {offer?.active && (
        <>
          <p className="flex items-center gap-3 text-xs text-ink-2 before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line">
            {t('sso.or')}
          </p>
          <Button asChild size="lg">
            <a href={ssoStartPath(offer.connection, redirectTo)}>
              <Fingerprint aria-hidden />
              {t('sso.signInWith', { label: offer.label ?? '' })}
            </a>
          </Button>
        </>
      )}
    </div>
  )
}
