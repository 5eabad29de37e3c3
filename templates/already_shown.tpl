{{%AUTOESCAPE context="HTML"}}<section class="card narrow" aria-labelledby="title">
  <h1 id="title">This key was already shown</h1>
  <p>A key is shown in full exactly once, and nothing new was made now. If you have not stored it, regenerate it from the list.</p>
  <div class="actions"><a class="button primary" href="/settings/api-keys">To your API keys</a></div>
</section>
