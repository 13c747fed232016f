import { fileURLToPath } from 'node:url'
import tailwindcss from '@tailwindcss/vite'
import { tanstackRouter } from '@tanstack/router-plugin/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

// In development the API comes from a running fleet; the built console is served by edge itself.
const fleet = process.env.CONSOLE_URL ?? 'http://127.0.0.1:3001'

export default defineConfig({
  plugins: [tanstackRouter({ target: 'react', autoCodeSplitting: true }), react(), tailwindcss()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: {
    // Everything is a file of its own: the content security policy knows no data: addresses.
    assetsInlineLimit: 0,
    target: 'es2023',
    chunkSizeWarningLimit: 450,
  },
  server: {
    proxy: {
      '/api': { target: fleet, ws: true },
      '/gateway/v1': { target: fleet },
    },
  },
  test: { environment: 'node', include: ['src/**/*.test.{ts,tsx}'], restoreMocks: true },
})
