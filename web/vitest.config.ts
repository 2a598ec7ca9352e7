import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'client',
          environment: 'node',
          include: ['packages/client/test/**/*.test.ts'],
        },
      },
      {
        test: {
          name: 'pages',
          environment: 'jsdom',
          include: ['packages/react/test/**/*.test.tsx', 'apps/visit/test/**/*.test.{ts,tsx}'],
          setupFiles: ['./apps/visit/test/setup.ts'],
          testTimeout: 30_000,
        },
      },
    ],
  },
});
