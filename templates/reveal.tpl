{{%AUTOESCAPE context="HTML"}}<section class="card narrow" aria-labelledby="reveal-title" id="reveal">
{{>REVEALED_KEY}}
</section>
