"""The meal-card service of an elder canteen (长者食堂).

The floors, ground first; a floor imports what is below it and nothing above:

    rules                 what the law of the canteen says; standard library only, no clock, no database
    models, db, clock     tables, the unit of work, the only reader of the clock
    till, trail           the only makers of money rows; the only makers of audit lines and counter events
    services              one function a use case: session first, plain values by keyword, `now` last
    web/<user>            one door a user: reader, counter, community, volunteer, finance, family, admin
    app, cli, jobs        composition: settings, factory, command line, scheduler

Money runs through all floors, so they are cut by kind; only the web is cut by user, because what one
user sees changes together with its route and its schema. `tests/house` holds the floors.
"""
