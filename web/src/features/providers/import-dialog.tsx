import { useMutation, useQuery } from '@tanstack/react-query'
import { Download } from 'lucide-react'
import { useMemo, useState } from 'react'
import { ErrorState, FormError } from '@/components/states'
import { Mono } from '@/components/text'
import { Badge } from '@/components/ui/badge'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { Input } from '@/components/ui/input'
import { Skeleton } from '@/components/ui/skeleton'
import { Checkbox } from '@/components/ui/toggles'
import { useToast } from '@/components/ui/toast'
import { useI18n } from '@/i18n'
import { importModels, remoteModelsQuery, type Provider, type RemoteModel } from '@/lib/api/catalog'
import { matches } from '@/lib/list-search'

interface ImportDialogProps {
  provider: Provider
  onClose: () => void
  onImported: () => Promise<unknown>
}

/** Takes models over from what the provider lists itself; shipped prices come along where they are known. */
export function ImportDialog({ provider, onClose, onImported }: ImportDialogProps) {
  const { t } = useI18n()
  const toast = useToast()
  const remote = useQuery(remoteModelsQuery(provider.id))
  const [query, setQuery] = useState('')
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const shown = useMemo(
    () =>
      remote.data?.items.filter((model) => matches(query, model.upstream_model, model.display_name)) ?? [],
    [remote.data, query],
  )
  const fresh = shown.filter((model) => model.imported_as.length === 0)
  const add = useMutation({
    mutationFn: () => {
      const models = remote.data!.items.filter((model) => chosen.has(model.upstream_model))
      return importModels(
        provider.id,
        models.map(({ upstream_model, display_name, context_window, max_output_tokens }) => ({
          upstream_model,
          display_name,
          context_window,
          max_output_tokens,
        })),
      )
    },
    onSuccess: async ({ results }) => {
      await onImported()
      const unpriced = results.filter((each) => each.price_source === 'none').length
      toast.success(
        t('providers.imported', { n: results.length }),
        unpriced > 0 ? t('providers.importedUnpriced', { n: unpriced }) : undefined,
      )
      onClose()
    },
  })
  const toggle = (id: string, on: boolean) =>
    setChosen((current) => {
      const next = new Set(current)
      if (on) next.add(id)
      else next.delete(id)
      return next
    })

  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      size="lg"
      title={t('providers.importTitle', { name: provider.display_name })}
      description={t('providers.importHint', { date: remote.data?.prices_date ?? '…' })}
      footer={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button
            variant="primary"
            disabled={chosen.size === 0}
            busy={add.isPending}
            onClick={() => add.mutate()}
          >
            {!add.isPending && <Download aria-hidden />}
            {t('providers.importAction', { n: chosen.size })}
          </Button>
        </>
      }
    >
      {remote.isPending && <Skeleton className="h-48" />}
      {remote.isError && <ErrorState error={remote.error} onRetry={() => void remote.refetch()} />}
      {remote.data && (
        <div className="grid gap-3">
          <div className="flex flex-wrap items-center gap-3">
            <Input
              value={query}
              onChange={(event) => setQuery(event.target.value)}
              aria-label={t('providers.importSearch')}
              placeholder={t('providers.importSearch')}
              className="min-w-48 flex-1"
            />
            <label className="flex items-center gap-2 text-sm">
              <Checkbox
                checked={fresh.length > 0 && fresh.every((model) => chosen.has(model.upstream_model))}
                disabled={fresh.length === 0}
                onCheckedChange={(on) => fresh.forEach((model) => toggle(model.upstream_model, on === true))}
              />
              {t('providers.importAll', { n: fresh.length })}
            </label>
          </div>
          <ul
            className="grid max-h-96 gap-px overflow-y-auto rounded-lg border border-line bg-line"
            tabIndex={0}
            aria-label={t('providers.importList')}
          >
            {shown.map((model) => (
              <RemoteRow
                key={model.upstream_model}
                model={model}
                checked={chosen.has(model.upstream_model)}
                onChange={(on) => toggle(model.upstream_model, on)}
              />
            ))}
            {shown.length === 0 && (
              <li className="bg-panel px-3 py-6 text-center text-sm text-ink-3">{t('common.noMatch')}</li>
            )}
          </ul>
          <FormError error={add.error} />
        </div>
      )}
    </Dialog>
  )
}

interface RemoteRowProps {
  model: RemoteModel
  checked: boolean
  onChange: (on: boolean) => void
}

function RemoteRow({ model, checked, onChange }: RemoteRowProps) {
  const { t, f } = useI18n()
  const known = model.imported_as.length > 0
  return (
    <li className="bg-panel">
      <label className="flex min-h-10 flex-wrap items-center gap-x-3 gap-y-1 px-3 py-1.5 text-sm hover:bg-hover">
        <Checkbox checked={checked} disabled={known} onCheckedChange={(on) => onChange(on === true)} />
        <span className="min-w-40 flex-1">
          <Mono className="block truncate">{model.upstream_model}</Mono>
          {model.display_name && <span className="text-xs text-ink-3">{model.display_name}</span>}
        </span>
        {known && (
          <Badge tone="neutral">{t('providers.importKnown', { names: model.imported_as.join(', ') })}</Badge>
        )}
        {model.context_window && (
          <span className="tnum text-xs text-ink-3">{f.compact(model.context_window)}</span>
        )}
        <span className="tnum w-32 text-end text-xs text-ink-2">
          {model.prices
            ? `${f.usd(model.prices.input_price)} / ${f.usd(model.prices.output_price)}`
            : t('providers.importNoPrice')}
        </span>
      </label>
    </li>
  )
}
