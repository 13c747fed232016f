import { useMutation } from '@tanstack/react-query'
import { CircleAlert, CircleCheck, CircleDashed } from 'lucide-react'
import type { ReactNode } from 'react'
import { ConfirmDialog } from '@/components/confirm-dialog'
import { EditError } from '@/components/edit-conflict'
import { Panel } from '@/components/page'
import { FormError } from '@/components/states'
import { Mono, Time } from '@/components/text'
import { Badge } from '@/components/ui/badge'
import { Button } from '@/components/ui/button'
import { useToast } from '@/components/ui/toast'
import { useI18n } from '@/i18n'
import {
  activateSso,
  deactivateSso,
  deleteSso,
  readSso,
  testSso,
  type SsoConnection,
  type SsoPreset,
} from '@/lib/api/sso'
import { useVersion } from '@/lib/use-version'
import { ssoErrorText } from '@/lib/sso-errors'
import { Address } from './client-step'
import type { SsoSearch } from './data/search'
import { SsoSteps } from './sso-steps'

interface SsoOverviewProps {
  connection: SsoConnection
  presets: SsoPreset[]
  search: SsoSearch
  onSearch: (next: SsoSearch) => void
  onChanged: () => Promise<unknown>
}

export function SsoOverview({ connection, presets, search, onSearch, onChanged }: SsoOverviewProps) {
  const { t } = useI18n()
  const toast = useToast()
  const active = connection.status === 'active'
  const test = useMutation({
    mutationFn: testSso,
    onSuccess: ({ authorization_url }) => location.assign(authorization_url),
  })
  const version = useVersion({ read: active ? undefined : readSso })
  const activate = useMutation({
    mutationFn: async () => activateSso(await version.etag()),
    onSuccess: async () => {
      onSearch({})
      await onChanged()
      toast.success(t('sso.nowActive'))
    },
  })
  const preset = presets.find((each) => each.id === connection.preset)
  const close = () => onSearch({})

  return (
    <>
      {!active && <SsoSteps current={connection.tested_at ? 'activate' : 'test'} />}
      <div className="grid max-w-3xl gap-4">
        <Panel
          title={connection.label}
          aside={
            <Badge tone={active ? 'ok' : 'neutral'}>
              {active ? <CircleCheck aria-hidden /> : <CircleDashed aria-hidden />}
              {t(active ? 'sso.active' : 'sso.draft')}
            </Badge>
          }
        >
          <dl className="grid grid-cols-[auto_1fr] gap-x-6 gap-y-2 text-sm">
            <Fact name={t('sso.preset')}>{preset?.name ?? connection.preset}</Fact>
            <Fact name={t('sso.issuer')}>
              <Mono className="break-all">{connection.issuer}</Mono>
            </Fact>
            <Fact name={t('sso.clientId')}>
              <Mono className="break-all">{connection.client_id}</Mono>
            </Fact>
            <Fact name={t('sso.defaultRole')}>
              {connection.create_users ? (connection.default_role ?? t('sso.noRole')) : t('sso.noNewPeople')}
            </Fact>
            <Fact name={t('sso.mappings')}>
              {connection.mappings.length === 0
                ? t('sso.noMappings')
                : t('sso.mappingCount', { count: connection.mappings.length })}
            </Fact>
            <Fact name={t('sso.people')}>{connection.user_count}</Fact>
          </dl>
          <div className="mt-4">
            <Address label={t('sso.redirectUri')} value={connection.redirect_uri} />
          </div>
          <div className="mt-4 flex flex-wrap gap-2">
            <Button onClick={() => onSearch({ step: 'provider' })}>{t('sso.edit')}</Button>
            {active && (
              <Button onClick={() => onSearch({ dialog: 'deactivate' })}>{t('sso.deactivate')}</Button>
            )}
            <Button variant="danger" onClick={() => onSearch({ dialog: 'delete' })}>
              {t('common.delete')}
            </Button>
          </div>
        </Panel>
        <Panel title={t('sso.test')}>
          <p className="mb-3 text-sm text-pretty text-ink-2">{t('sso.testLead')}</p>
          <TestResult connection={connection} code={search.test} />
          <div className="mt-3 flex flex-wrap gap-2">
            <Button
              variant={connection.tested_at ? 'secondary' : 'primary'}
              busy={test.isPending || test.isSuccess}
              onClick={() => test.mutate()}
            >
              {t('sso.testNow')}
            </Button>
            {!active && (
              <Button
                variant={connection.tested_at ? 'primary' : 'secondary'}
                disabled={!connection.tested_at}
                busy={activate.isPending}
                onClick={() => activate.mutate()}
              >
                {t('sso.activate')}
              </Button>
            )}
          </div>
          <FormError error={test.error} />
          <EditError edit={version.edit} error={activate.error} onLoaded={activate.reset} />
        </Panel>
      </div>
      {search.dialog === 'deactivate' && (
        <ConfirmDialog
          title={t('sso.deactivateTitle')}
          name={connection.label}
          action={t('sso.deactivate')}
          onClose={close}
          read={readSso}
          onConfirm={async (etag) => {
            await deactivateSso(etag)
            await onChanged()
          }}
        >
          {t('sso.deactivateText')}
        </ConfirmDialog>
      )}
      {search.dialog === 'delete' && (
        <ConfirmDialog
          title={t('sso.deleteTitle')}
          name={connection.label}
          action={t('common.delete')}
          onClose={close}
          read={readSso}
          onConfirm={async (etag) => {
            await deleteSso(etag)
            await onChanged()
          }}
        >
          {t('sso.deleteText')}
        </ConfirmDialog>
      )}
    </>
  )
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-ink-2">{name}</dt>
      <dd className="min-w-0">{children}</dd>
    </>
  )
}

/** What the provider told at the last test; the code of the address where none was kept. */
function TestResult({ connection, code }: { connection: SsoConnection; code: string | undefined }) {
  const { t } = useI18n()
  const result = connection.last_test
  const failure = result ? result.error : code && code !== 'ok' ? code : null
  if (failure) {
    return (
      <p role="alert" className="flex items-start gap-2 rounded-md bg-bad-soft px-3 py-2 text-sm text-bad">
        <CircleAlert className="mt-0.5 size-4 shrink-0" aria-hidden />
        {ssoErrorText(failure, t)}
      </p>
    )
  }
  if (!result) return null
  return (
    <div role="status" className="grid gap-2 rounded-md bg-ok-soft px-3 py-2 text-sm">
      <p className="flex flex-wrap items-center gap-2 font-medium text-ok">
        <CircleCheck className="size-4" aria-hidden />
        {t('sso.testOk')} <Time value={result.at} className="font-normal" />
      </p>
      <dl className="grid grid-cols-[auto_1fr] gap-x-6 gap-y-1">
        <Fact name={t('auth.email')}>{result.email}</Fact>
        <Fact name={t('sso.name')}>{result.name}</Fact>
        <Fact name={t('sso.groups')}>
          {result.groups.length > 0 ? result.groups.join(', ') : t('sso.noGroups')}
        </Fact>
      </dl>
    </div>
  )
}
