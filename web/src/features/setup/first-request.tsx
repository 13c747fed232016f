import { useMutation } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { ArrowUpRight, CircleAlert, CircleCheck, Send } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { FormError } from '@/components/states'
import { Button } from '@/components/ui/button'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { Select } from '@/components/ui/select'
import { useI18n } from '@/i18n'
import { ephemeralKey } from '@/lib/api/keys'
import type { KnownModel } from '@/lib/api/use-models'
import { GatewayError, streamChat } from '@/lib/gateway'

/** One question through the real gateway, with a key of fifteen minutes; the answer is drawn as it streams. */
export function FirstRequest({ models }: { models: KnownModel[] }) {
  const { t, f } = useI18n()
  const [model, setModel] = useState(models[0]?.model_id ?? '')
  const [prompt, setPrompt] = useState(t('setup.request.prompt'))
  const [answer, setAnswer] = useState('')
  const running = useRef<AbortController>(null)
  useEffect(() => () => running.current?.abort(), [])

  const ask = useMutation({
    mutationFn: async () => {
      setAnswer('')
      running.current = new AbortController()
      const { key } = await ephemeralKey()
      return streamChat({ key, model, prompt, signal: running.current.signal }, (text) =>
        setAnswer((current) => current + text),
      )
    },
  })
  const failed = ask.error instanceof GatewayError ? ask.error : null
  return (
    <section className="panel grid gap-4 p-4" aria-labelledby="first-request">
      <div>
        <h2 id="first-request" className="text-base font-semibold">
          {t('setup.request.title')}
        </h2>
        <p className="mt-0.5 text-sm text-ink-2">{t('setup.request.lead')}</p>
      </div>
      <form
        className="grid items-end gap-3 sm:grid-cols-[12rem_1fr_auto]"
        onSubmit={(event) => {
          event.preventDefault()
          ask.mutate()
        }}
      >
        <Field label={t('models.model')}>
          {(control) => (
            <Select {...control} value={model} onChange={(event) => setModel(event.target.value)}>
              {models.map((each) => (
                <option key={each.id} value={each.model_id}>
                  {each.model_id}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label={t('setup.request.question')}>
          {(control) => (
            <Input {...control} value={prompt} onChange={(event) => setPrompt(event.target.value)} />
          )}
        </Field>
        <Button type="submit" variant="primary" busy={ask.isPending} disabled={!model || !prompt.trim()}>
          {!ask.isPending && <Send aria-hidden />}
          {t('setup.request.send')}
        </Button>
      </form>

      {(answer || ask.isPending) && (
        <div
          aria-live="polite"
          aria-label={t('setup.request.answer')}
          role="region"
          className="min-h-16 rounded-lg border border-line bg-sunken px-3 py-2.5 text-base whitespace-pre-wrap"
        >
          {answer}
          {ask.isPending && (
            <span
              className="ms-0.5 inline-block h-4 w-2 animate-pulse bg-accent align-text-bottom"
              aria-hidden
            />
          )}
        </div>
      )}
      {failed ? (
        <p role="alert" className="flex items-start gap-2 rounded-md bg-bad-soft px-3 py-2 text-sm text-bad">
          <CircleAlert className="mt-0.5 size-4 shrink-0" aria-hidden />
          <span className="min-w-0 break-words">
            {failed.message} ({failed.status})
          </span>
        </p>
      ) : (
        <FormError error={ask.error} />
      )}
      {ask.data && (
        <div className="flex flex-wrap items-center gap-x-4 gap-y-2 text-sm" role="status">
          <span className="inline-flex items-center gap-1.5 font-medium text-ok">
            <CircleCheck className="size-4" aria-hidden />
            {t('setup.request.done')}
          </span>
          <span className="tnum text-ink-2">
            {t('setup.request.timing', {
              first: f.duration(ask.data.firstTokenMs),
              total: f.duration(ask.data.totalMs),
            })}
          </span>
          {ask.data.requestId && (
            <Button asChild variant="link" size="inline" className="ms-auto">
              <Link to="/gateway/logs" search={{ id: ask.data.requestId }}>
                {t('setup.request.open')}
                <ArrowUpRight aria-hidden />
              </Link>
            </Button>
          )}
        </div>
      )}
    </section>
  )
}
