// A response as it comes: `npx tsx examples/get.ts http://localhost:8080/`.
import { HttpClient } from 'rxchange';

const [uri = 'http://localhost:8080/'] = process.argv.slice(2);

new HttpClient().exchange({ method: 'GET', uri, headers: [['Accept', '*/*']] }).subscribe({
  next: (notification) => {
    switch (notification.type) {
      case 'response_start':
        console.log(notification.status, notification.phrase, notification.headers);
        break;
      case 'response_body':
        process.stdout.write(notification.chunk);
        break;
      case 'response_done':
        console.log('trailers', notification.trailers);
    }
  },
  error: (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  },
});
