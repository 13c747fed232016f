import { useMutation } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { ArrowUpRight, CircleAlert, CircleCheck, PlugZap } from 'lucide-react'
import { describeError } from '@/components/states'
import { Button } from '@/components/ui/button'
import { useI18n } from '@/i18n'
import { ephemeralKey } from '@/lib/api/keys'
import { GatewayError, sayHello, type Surface } from '@/lib/gateway'

/** A real call, through the same handlers that the copied settings lead to, with a key of fifteen minutes. */
export function Verify({ model, surface }: { model: string; surface: Surface }) {
  const { t, f } = useI18n()
  const call = useMutation({
    mutationFn: async () => {
      const { key } = await ephemeralKey()
      return sayHello({ key, model, surface })
    },
  })
  const error =
    call.error instanceof GatewayError
      ? `${call.error.message} (${call.error.status})`
      : call.error
        ? describeError(call.error, t).title
        : null
  return (
    <section className="panel flex flex-wrap items-center gap-3 p-4" aria-label={t('guide.verify')}>
      <Button busy={call.isPending} onClick={() => call.mutate()}>
        {!call.isPending && <PlugZap aria-hidden />}
        {t('guide.verify')}
      </Button>
      <p className="min-w-0 flex-1 text-sm text-ink-2" role="status">
        {call.data ? (
          <span className="inline-flex items-center gap-1.5 font-medium text-ok">
            <CircleCheck className="size-4 shrink-0" aria-hidden />
            {t('guide.verified', { model, time: f.duration(call.data.totalMs) })}
          </span>
        ) : error ? (
          <span className="inline-flex items-start gap-1.5 text-bad">
            <CircleAlert className="mt-0.5 size-4 shrink-0" aria-hidden />
            <span className="min-w-0 break-words">{error}</span>
          </span>
        ) : (
          t('guide.verifyHint', { model, api: t(`guide.api.${surface}`) })
        )}
      </p>
      {call.data?.requestId && (
        <Button asChild variant="link" size="inline">
          <Link to="/gateway/logs" search={{ id: call.data.requestId }}>
            {t('setup.request.open')}
            <ArrowUpRight aria-hidden />
          </Link>
        </Button>
      )}
    </section>
  )
}
