import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { EditError } from '@/components/edit-conflict'
import { SwitchRow } from '@/components/switch-row'
import { describeError, ErrorState } from '@/components/states'
import { Badge } from '@/components/ui/badge'
import { Skeleton } from '@/components/ui/skeleton'
import { useToast } from '@/components/ui/toast'
import { Switch } from '@/components/ui/toggles'
import { useI18n, type MessageKey } from '@/i18n'
import { changeSettings, hitsQuery, presetsQuery, securitySettingsQuery } from '@/lib/api/security'
import { toApiError } from '@/lib/api/problem'
import { isStale } from '@/lib/use-edit'
import { useVersion } from '@/lib/use-version'
import { CustomPatterns } from './custom-patterns'
import { piiRule, textList, toggled } from './data/patterns'

const redaction = 'security.pii_redaction'
const chosen = 'security.pii_patterns'
const custom = 'security.pii_custom_patterns'

/** What is taken out of requests before they leave: the patterns that come along, and those of one's own. */
export function PatternsTab() {
  const { t, f } = useI18n()
  const toast = useToast()
  const client = useQueryClient()
  const settings = useQuery(securitySettingsQuery)
  const presets = useQuery(presetsQuery)
  const hits = useQuery(hitsQuery)
  const stored = () => client.getQueryData(securitySettingsQuery.queryKey)
  const storedList = (key: string) =>
    textList(stored()?.settings.find((setting) => setting.key === key)?.value)
  const version = useVersion({ shown: () => stored()?.etag })
  const change = useMutation({
    // One after another: the next stands on what the one before left behind.
    scope: { id: 'settings' },
    mutationFn: async (next: () => Record<string, unknown>) => changeSettings(next(), await version.etag()),
    onSettled: () => client.invalidateQueries({ queryKey: securitySettingsQuery.queryKey }),
    onSuccess: () => {
      version.done()
      toast.success(t('common.saved'))
    },
    onError: (error) => {
      if (isStale(error)) return
      const [wrong] = Object.values(toApiError(error).fields)
      toast.failure(t('error.failed'), wrong ?? describeError(error, t).title)
    },
  })
  const failed = settings.isError ? settings : presets.isError ? presets : undefined
  if (failed) {
    return <ErrorState error={failed.error} onRetry={() => void failed.refetch()} className="panel" />
  }
  if (!settings.data || !presets.data) {
    return (
      <div className="panel grid gap-4 p-4" aria-busy="true">
        {Array.from({ length: 6 }, (_, index) => (
          <Skeleton key={index} className="h-8" />
        ))}
      </div>
    )
  }
  const value = (key: string) => settings.data.settings.find((setting) => setting.key === key)?.value
  const on = value(redaction) === true
  const names = textList(value(chosen))
  const callsOf = (name: string) => hits.data?.items.find((hit) => hit.rule === piiRule(name))?.calls ?? 0

  return (
    <div className="grid gap-4">
      <EditError
        edit={version.edit}
        error={isStale(change.error) ? change.error : null}
        onLoaded={change.reset}
      />
      <section className="panel p-4">
        <SwitchRow
          label={t('security.redaction')}
          hint={t('security.redactionHint')}
          checked={on}
          onChange={(next) => change.mutate(() => ({ [redaction]: next }))}
        />
      </section>
      <section className="panel" aria-label={t('security.patterns')}>
        <h2 className="px-4 pt-3 pb-2 text-sm font-semibold">{t('security.patterns')}</h2>
        <ul>
          {presets.data.pii_patterns.map((pattern) => (
            <li key={pattern.name} className="flex items-center gap-3 border-t border-line px-4 py-2">
              <div className="min-w-0 flex-1">
                <p className="flex flex-wrap items-center gap-x-2 gap-y-0.5 text-sm font-medium">
                  {t(`security.pii.${pattern.name}` as MessageKey)}
                  <code className="text-2xs font-normal text-ink-3">{`{{${pattern.label}_…}}`}</code>
                  {!pattern.on_by_default && <Badge>{t('security.offByDefault')}</Badge>}
                </p>
              </div>
              {callsOf(pattern.name) > 0 && (
                <span className="tnum text-xs whitespace-nowrap text-ink-3">
                  {t('security.inCalls', {
                    n: callsOf(pattern.name),
                    count: f.compact(callsOf(pattern.name)),
                  })}
                </span>
              )}
              <Switch
                checked={names.includes(pattern.name)}
                disabled={!on}
                aria-label={t(`security.pii.${pattern.name}` as MessageKey)}
                onCheckedChange={(next) =>
                  change.mutate(() => ({ [chosen]: toggled(storedList(chosen), pattern.name, next) }))
                }
              />
            </li>
          ))}
        </ul>
      </section>
      <CustomPatterns
        entries={textList(value(custom))}
        disabled={!on}
        callsOf={callsOf}
        onChange={(next) => change.mutateAsync(() => ({ [custom]: next(storedList(custom)) }))}
      />
    </div>
  )
}
