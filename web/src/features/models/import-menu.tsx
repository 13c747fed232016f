import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Download } from 'lucide-react'
import { ProviderMark } from '@/components/provider-mark'
import { Button } from '@/components/ui/button'
import { Menu, MenuItem } from '@/components/ui/menu'
import { useI18n } from '@/i18n'
import { providersQuery } from '@/lib/api/catalog'

/** Models come by the dozen from a provider's own list; the choice is made where the provider is. */
export function ImportMenu() {
  const { t } = useI18n()
  const navigate = useNavigate()
  const providers = useQuery(providersQuery)
  const enabled = providers.data?.items.filter((provider) => provider.enabled) ?? []
  if (enabled.length === 0) return null
  return (
    <Menu
      trigger={
        <Button>
          <Download aria-hidden />
          {t('models.import')}
        </Button>
      }
    >
      {enabled.map((provider) => (
        <MenuItem
          key={provider.id}
          onSelect={() =>
            void navigate({ to: '/gateway/providers', search: { dialog: `import:${provider.id}` } })
          }
        >
          <ProviderMark type={provider.provider_type} className="size-6" />
          <span className="min-w-0 truncate">{provider.display_name}</span>
        </MenuItem>
      ))}
    </Menu>
  )
}
