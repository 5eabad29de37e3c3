{{%AUTOESCAPE context="HTML"}}<main class="narrow card">
  <p class="status">{{STATUS}}</p>
  <h1>{{TEXT}}</h1>
  <p><a href="/settings/api-keys">To your API keys</a></p>
  <p class="small">Request {{REQUEST_ID}}</p>
</main>
