{{%AUTOESCAPE context="HTML"}}<section class="card narrow" aria-labelledby="title">
  <h1 id="title">This key was already shown</h1>
  <p>A key is shown in full exactly once, and nothing new was made now. If you have not stored {{#KEY}}“<bdi translate="no">{{NAME}}</bdi>”{{/KEY}}{{#NO_KEY}}it{{/NO_KEY}}, regenerate it: you get a new value under the same name.</p>
  <div class="actions">
    <a class="button" href="/settings/api-keys">To your API keys</a>
    {{#KEY}}
    <a class="button primary" href="/settings/api-keys/{{ID}}/regenerate">Regenerate…</a>
    {{/KEY}}
  </div>
</section>
